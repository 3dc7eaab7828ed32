"""Streams of words in eight languages, with the times that engines give: mostly even, now and then odd."""

from dwhisper_worker.contract import Segment, Word
from hypothesis import strategies as st

LEXICON = {
    "en": " The Snow Queen was a beautiful woman, so delicate and white; it was all of ice. “Are you cold?” he asked Mr. Smith, but nobody"
    " answered him because the extraordinarily long-winded conversation had gone on for hours!",
    "de": " Die Schneekönigin war eine wunderschöne Frau, so fein und weiß; sie war ganz aus Eis. „Frierst du noch?“, fragte er Herrn"
    " Schmidt, aber die Donaudampfschifffahrtsgesellschaftskapitänswitwe hatte längst nicht mehr zugehört!",
    "fr": " La Reine des neiges était une femme magnifique, si délicate et si blanche ; elle était toute de glace. « As-tu froid ? »"
    " demanda-t-il à l'homme, mais personne n'a répondu parce qu'il n'y avait plus d'espoir !",
    "es": " La Reina de las Nieves era una mujer muy hermosa, tan delicada y blanca; estaba hecha de hielo. «¿Tienes frío?» le preguntó al"
    " Sr. García, pero nadie contestó porque la conversación había durado horas. ¡Vaya!",
    "ja": "雪の女王は美しい女の人でしたが、氷でできていました。「まだ寒いですか。」とおばあさんは聞きました。"
    "ニャーニャー泣いていた事だけは記憶している！",
    "zh": "雪女王是一个美丽的女人，那么纤细，那么洁白；她全身都是冰。“你还冷吗？”她问道，可是谁也没有回答，因为谈话已经持续了好几个小时！",
    "ar": " كانت ملكة الثلج امرأة جميلة، رقيقة وبيضاء؛ وكانت كلها من الجليد. هل ما زلت تشعر بالبرد؟ سألته،"
    " لكن لم يجب أحد لأن الحديث استمر ساعات!",
    "th": "ราชินีหิมะเป็นผู้หญิงที่สวยงามมากบอบบางและขาวเธอทำจากน้ำแข็ง ยังหนาวอยู่ไหมเธอถามแต่ไม่มีใครตอบเพราะการสนทนาดำเนินไปหลายชั่วโมงแล้ว",
}
"""What the words are taken from: by white space, where a language has it between words; else a few letters are a word."""

LETTERS_A_WORD = {"ja": 2, "zh": 2, "th": 4}


def words_of(language: str) -> list[str]:
    text, letters = LEXICON[language], LETTERS_A_WORD.get(language)
    if letters is None:
        return [f" {word}" for word in text.split()]
    return [text[at : at + letters] for at in range(0, len(text), letters)]


SECONDS_A_LETTER = st.one_of(st.floats(0.03, 0.12), st.sampled_from([0.0, 0.01, 0.06, 0.4]))
PAUSES = st.one_of(st.just(0.0), st.just(0.0), st.floats(0.0, 0.4), st.floats(0.4, 4.0), st.floats(-0.4, 0.0), st.sampled_from([30.0, 0.5]))


@st.composite
def speech(draw: st.DrawFn, language: str) -> list[Segment]:
    """Segments that go on through a language's words at some pace each; words overlap, take no time, or come after a long silence."""
    lexicon = words_of(language)
    at, place, found = draw(st.floats(0.0, 5.0)), draw(st.integers(0, len(lexicon) - 1)), []
    for count in draw(st.lists(st.integers(1, 30), min_size=1, max_size=5)):
        pace = draw(SECONDS_A_LETTER)
        odd = draw(st.dictionaries(st.integers(0, count - 1), PAUSES, max_size=4))
        words = []
        for number in range(count):
            text = lexicon[place % len(lexicon)]
            place += 1
            start = max(0.0, at + odd.get(number, 0.0))
            at = start + pace * len(text)
            words.append(Word(start, at, text, 0.8))
        found.append(Segment(words[0].start, words[-1].end, "".join(word.text for word in words), tuple(words), -0.2, 0.0, 1.2, 0.0))
    return found
