"""SRT and WebVTT of words, as section 5 of the prerecorded reference has them."""


def stamp(seconds, point):
    ms = round(seconds * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def cues(words, limit=84):
    """Words in groups of at most `limit` characters that end with a sentence or before a pause."""
    groups, group = [], []
    for word in words:
        length = sum(len(part.text) + 1 for part in group) + len(word.text)
        if group and (length > limit or word.start - group[-1].end > 1.0):
            groups.append(group)
            group = []
        group.append(word)
        if word.ends_sentence:
            groups.append(group)
            group = []
    return groups + [group] if group else groups


def srt(groups):
    body = ""
    for index, group in enumerate(groups, 1):
        text = " ".join(word.text for word in group).replace("-->", "->")
        body += f"{index}\n{stamp(group[0].start, ',')} --> {stamp(max(group[-1].end, group[0].start + 0.001), ',')}\n{text}\n\n"
    return body


def vtt(groups):
    body = "WEBVTT\n\n"
    for group in groups:
        text = " ".join(word.text for word in group).replace("&", "&amp;").replace("<", "&lt;").replace("-->", "--&gt;")
        body += f"{stamp(group[0].start, '.')} --> {stamp(max(group[-1].end, group[0].start + 0.001), '.')}\n{text}\n\n"
    return body
