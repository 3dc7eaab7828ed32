"""Files that are no recordings but name others: playlists, manifests, session descriptions, scripts.

Opening one makes FFmpeg read files and fetch addresses that its author chose, not the user. So the formats that do this are never
offered to FFmpeg's guess, and the first bytes are looked at to tell the user what was refused."""

import re
from functools import cache

import av

_FOLLOWERS = frozenset(
    "alias_pix avisynth brender_pix concat dash dvdvideo hls image2 imf lavfi rtp rtsp sap sdp vapoursynth vobsub"
    " webm_dash_manifest".split()
)
"""Demuxers of libavformat that open further files or addresses, or run a script or a filter graph."""

_ROOTS = {
    "mpd": "DASH manifest",
    "smoothstreamingmedia": "Smooth Streaming manifest",
    "smil": "SMIL playlist",
    "asx": "ASX playlist",
    "playlist": "XSPF playlist",
    "compositionplaylist": "IMF composition",
    "assetmap": "IMF asset map",
}
_FIRST_ELEMENT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_BEGINNINGS = (
    (re.compile(r"#EXTM3U"), "M3U playlist"),
    (re.compile(r"ffconcat version|file\s+['\"]"), "concat list"),
    (re.compile(r"\[playlist\]", re.IGNORECASE), "PLS playlist"),
    (re.compile(r"\[reference\]\s*ref1=", re.IGNORECASE), "ASX playlist"),
    (re.compile(r"v=0\r?\no="), "SDP description"),
    (re.compile(r"[a-z][a-z0-9+.-]*://\S", re.IGNORECASE), "list of addresses"),
)
_CUE_FILE = re.compile(r"^\s*FILE\s+.+\s(?:WAVE|MP3|AIFF|BINARY|MOTOROLA|FLAC)\s*$", re.IGNORECASE | re.MULTILINE)


def kind_of_list(head: bytes) -> str | None:
    """What kind of list a file is that begins with `head` (some kilobytes); None where it is not known as one."""
    text = _as_text(head)
    if text is None:
        return None
    if text.startswith("<"):
        root = _FIRST_ELEMENT.search(text)
        return _ROOTS.get(root[1].lower()) if root else None
    for beginning, kind in _BEGINNINGS:
        if beginning.match(text):
            return kind
    return "cue sheet" if _CUE_FILE.search(text) else None


@cache
def harmless_formats() -> str:
    """The names of all demuxers that read the file they are given and nothing else, for libavformat's `format_whitelist`."""
    names = []
    for name in sorted(av.formats_available):
        try:
            format_ = av.ContainerFormat(name, "r")
        except ValueError:
            continue  # can be written only
        # NOFILE: devices such as cameras and screens, and what opens its files itself.
        if not format_.no_file and _FOLLOWERS.isdisjoint(name.split(",")):
            names.append(name)
    return ",".join(names)


def _as_text(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head.decode("utf-16", "replace")
    else:
        text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return None if "\0" in text else text.lstrip()
