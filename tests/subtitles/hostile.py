"""What was said, at its worst: all that some format takes for its own, and scripts that most programs forget."""

import re

from dwhisper_worker.contract import Segment, Word

from dwhisper_gui.core.transcript import Transcript

from .texts import letters, segment, transcript

SAID = (
    """ She said "no", 'yes' and “maybe”.""",
    ' "Quoted at the beginning',
    " an arrow --> and 00:00:01,000 --> 00:00:02,000 and NOTE",
    " <i>not</i> <b a < b &amp; & &lt; <00:00:05.000> ]]> <!-- --> <?x?>",
    r" {\an8} {y:i} {a} } and {",
    r" C:\new \N \h \n \{ \} {\\ it ends with \ ".rstrip(" "),
    " emoji 👩‍👩‍👧 👍🏽 🏳️‍🌈 and 𝕌𝕟𝕚",
    " هل أنت بخير؟ نعم، شكرا.",
    " e\u0301 a\u0308 Z̵͖a̸l̶g̴o̷ ﬁn",
    " =1+1",
    " @SUM(A1)",
    " -5",
    " +49 30 1234",
    " ＝1+1",
    " 1984",
    " 1/2",
    " a; b, c",
    " tabs\tand\nlines\r\nand\x0bothers\x00too",
    " " + "Donaudampfschifffahrtsgesellschaft" * 4,
    " \ufffenone and half \ud83d of one",
)
SPACELESS = ("吾輩は猫である。名前はまだ無い。", "今天天气很好，我们一起去公园散步吧。", "วันนี้อากาศดีมากเราไปเดินเล่นในสวนกันเถอะ")


def uttered(text: str, at: float = 0.0) -> Segment:
    """Text, whatever is in it, a word every 0.3 s."""
    words = re.findall(r"\s*\S+", text)
    return segment([Word(round(at + 0.3 * i, 3), round(at + 0.3 * (i + 1), 3), word, 0.9) for i, word in enumerate(words)])


def hostile() -> Transcript:
    """Each of them for itself, five seconds and more apart; the last after more than eighty hours."""
    segments = [uttered(said, 10.0 * i) for i, said in enumerate(SAID)]
    segments += [segment(letters(said, 1_000.0 + 20 * i)) for i, said in enumerate(SPACELESS)]
    segments.append(Segment(2_000.0, 2_001.5, " Without words", (), -0.2, 0.1, 1.2, 0.0))
    segments.append(segment([Word(300_000.123, 300_001.456, " Fin.", 0.9)]))
    return transcript(*segments)
