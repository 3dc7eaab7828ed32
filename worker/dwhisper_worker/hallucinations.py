"""What Whisper says where nobody speaks: sentences that stood under silence in the subtitles it learnt from.

People say some of them too. So they are left out only where they stand alone and the VAD hears hardly anybody.
From https://github.com/openai/whisper/discussions/679 and /928."""

from collections.abc import Sequence

from dwhisper_worker import guards
from dwhisper_worker.contract import Segment, Span
from dwhisper_worker.spans import total, within

ALONE_SECONDS = 2.0
"""So far around it nobody surely speaks."""
SPOKEN_SHARE = 0.5
"""With so much sure speech in it, it was said."""

PHRASES: dict[str, str] = {
    "ar": "شكرا على المشاهدة | شكرا للمشاهدة | اشتركوا في القناة | شكرا",
    "bg": "Благодаря за гледането | Абонирайте се",
    "ca": "Gràcies | Gràcies per veure el vídeo",
    "cs": "Děkujeme za pozornost | Děkuji za pozornost | Děkuji",
    "da": "Tak for at se med | Tak fordi I så med | Tak",
    "de": "Vielen Dank | Vielen Dank fürs Zuschauen | Vielen Dank für Ihre Aufmerksamkeit | Danke fürs Zuschauen | Danke | Tschüss"
    " | Bis zum nächsten Mal | Copyright WDR 2019 | Copyright WDR 2020 | Copyright WDR 2021 | SWR 2020 | SWR 2021",
    "el": "Ευχαριστώ που παρακολουθήσατε | Ευχαριστώ",
    "en": "Thank you | Thank you very much | Thank you so much | Thanks | Thanks for watching | Thank you for watching"
    " | Thank you so much for watching | Please subscribe | Please subscribe to my channel | Like and subscribe"
    " | Don't forget to like and subscribe | See you next time | See you in the next video | I'll see you in the next video"
    " | Bye | Bye bye | You | So | Oh | Okay | The end | Music | Applause | Laughter | Silence",
    "es": "Gracias | Muchas gracias | Gracias por ver el video | Gracias por ver | Suscríbete | Suscríbete al canal | Hasta la próxima",
    "fa": "ممنون که تماشا کردید | ممنون",
    "fi": "Kiitos kun katsoit | Kiitos",
    "fr": "Merci | Merci d'avoir regardé | Merci d'avoir regardé cette vidéo | Abonnez-vous | À bientôt | Au revoir",
    "he": "תודה רבה | תודה שצפיתם | תודה",
    "hi": "धन्यवाद | देखने के लिए धन्यवाद",
    "hu": "Köszönöm a figyelmet | Köszönöm, hogy megnézted | Köszönöm",
    "id": "Terima kasih | Terima kasih telah menonton | Sampai jumpa",
    "it": "Grazie | Grazie a tutti | Grazie per la visione | Grazie per aver guardato il video",
    "ja": "ご視聴ありがとうございました | ご視聴いただきありがとうございます"
    " | 最後までご視聴いただきありがとうございます | ありがとうございました"
    " | ありがとうございます | チャンネル登録をお願いいたします | おやすみなさい",
    "ko": "시청해주셔서 감사합니다 | 감사합니다 | 구독과 좋아요 부탁드립니다 | 다음 영상에서 만나요 | MBC 뉴스 이덕영입니다",
    "nl": "Bedankt voor het kijken | Dank u wel | Bedankt | TV Gelderland 2021",
    "no": "Takk for at du så på | Takk for at dere så på | Takk",
    "pl": "Dziękuję za uwagę | Dziękuję za oglądanie | Dzięki za oglądanie | Dziękuję | Wszelkie prawa zastrzeżone",
    "pt": "Obrigado | Obrigada | Muito obrigado | Obrigado por assistir | Inscreva-se no canal | Tchau",
    "ro": "Vă mulțumim pentru vizionare | Mulțumesc pentru vizionare | Nu uitați să vă abonați | Mulțumesc",
    "ru": "Продолжение следует | Спасибо за просмотр | Спасибо за внимание | Спасибо | Подписывайтесь на канал | Подпишись | До свидания",
    "sv": "Tack för att du har tittat | Tack för att ni tittade | Tack",
    "th": "ขอบคุณที่รับชม | ขอบคุณ | โปรดติดตามตอนต่อไป",
    "tr": "İzlediğiniz için teşekkür ederim | İzlediğiniz için teşekkürler | Teşekkür ederim | Abone olmayı unutmayın",
    "uk": "Дякую за перегляд | Дякую за увагу | Дякую | Продовження буде",
    "vi": "Cảm ơn các bạn đã theo dõi | Cảm ơn các bạn đã xem | Hẹn gặp lại các bạn trong những video tiếp theo | Cảm ơn"
    " | Hãy subscribe cho kênh Ghiền Mì Gõ Để không bỏ lỡ những video hấp dẫn",
    "zh": "谢谢观看 | 謝謝觀看 | 谢谢大家 | 謝謝大家 | 谢谢 | 謝謝 | 请不吝点赞订阅转发打赏支持明镜与点点栏目"
    " | 請不吝點贊訂閱轉發打賞支持明鏡與點點欄目 | 优优独播剧场",
}
"""By language, the whole of what is said."""

CREDITS = (
    "Amara.org | DimaTorzok | mooji.org | Zeoranger | SousTitreur | Subtitles by | Captions by | Transcription by | Untertitel im Auftrag"
    " | Untertitelung im Auftrag | Untertitel von | Sous-titrage | Sous-titres | Subtítulos realizados | Subtítols realitzats"
    " | Legendas pela | Sottotitoli creati | Sottotitoli e revisione | Ondertiteld door | Ondertitels ingediend | Ondertiteling"
    " | Undertexter från | Textning | Teksting av | Tekstet av | Danske tekster | Tekstitys | Napisy stworzone | Titulky vytvořil"
    " | Feliratok | Altyazı | Υπότιτλοι | Субтитры сделал | Субтитры создавал | Редактор субтитров | Субтитри | ترجمة نانسي"
    " | زیرنویس | 字幕由 | 字幕志愿者 | 字幕製作 | 中文字幕 | 한글자막"
)
"""In any language: with one of these in it, it is no speech."""


def _listed(phrases: str) -> frozenset[str]:
    return frozenset(guards.plain(phrase) for phrase in phrases.split(" | "))


_PHRASES = {language: _listed(phrases) for language, phrases in PHRASES.items()}
_CREDITS = _listed(CREDITS)


def is_known(text: str, language: str) -> bool:
    """Whether a sentence is one that the model says of itself in this language, or a credit. Case and punctuation do not count."""
    plain = guards.plain(text)
    return plain in _PHRASES.get(language, ()) or any(credit in plain for credit in _CREDITS)


def without(segments: Sequence[Segment], sure: Sequence[Span], language: str) -> list[Segment]:
    """The segments of a window without known sentences that nobody said. `sure`: the window's sure speech, and
    what may be speech beside it."""
    return [segment for segment in segments if not (is_known(segment.text, language) and _nobody_speaks(segment, sure))]


def _nobody_speaks(segment: Segment, sure: Sequence[Span]) -> bool:
    spoken = total(within(sure, Span(segment.start, segment.end)))
    around = total(within(sure, Span(segment.start - ALONE_SECONDS, segment.end + ALONE_SECONDS)))
    return spoken < SPOKEN_SHARE * (segment.end - segment.start) and around <= spoken
