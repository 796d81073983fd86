"""What the console's modules return, without a page around them: an expression in which `m` is the module, and its value."""

SPEAKER = '{"id": "%s", "text": "%s", "start": %s, "end": %s, "speaker_id": %s, "is_user": false, "person_id": %s}'


def segment(name, text, start, end, speaker=0, person="null"):
    return SPEAKER % (name, text, start, end, speaker, person)


LINES = ("(() => { const lines = new m.CaptionLines(); %s;"
         "return lines.lines.map((line) => line.kind ?? `${line.voice?.name}: ${line.text}|${line.interim}`); })()")
# The lines of a watched session.
WATCHED = """(async () => {
    const { CaptionLines } = await import('/console/captionlines.js'), lines = new CaptionLines(), on = m.events({ lines }, () => {});
    %s;
    return lines.lines.map((line) => line.kind ?? line.text);
})()"""
# Captions that come in any order, from a seed: the number of times at which the lines are others than those of a page that has all at once.
MANY = """(() => {
    let seed = 1, wrong = 0;
    const any = (end) => (seed = (seed * 1103515245 + 12345) % 2147483648) % end;
    for (let run = 0; run < 200; run++) {
        const lines = new m.CaptionLines(), keys = (all) => JSON.stringify(all.map(({at, to, ...line}) => line));
        for (let time = 0, step = 0; step < 25; step++) {
            const known = lines.order[any(lines.order.length || 1)], kind = any(8);
            if (kind < 4) lines.take([{id: `${step}`, text: 'word '.repeat(1 + any(90)), start: Math.max(0, ++time - any(3)), end: time + 1, speaker_id: any(2)}]);
            else if (kind === 4 && known) lines.take([{...known, text: `${known.text} more`, speaker_id: any(2)}]);
            else if (kind === 5 && known) lines.drop([known.id]);
            else if (kind === 6) lines.mark('gap', '', any(2) ? lines.place : lines.end);
            else lines.interim = any(2) ? 'grey' : null;
            if (any(2)) continue;
            const shown = keys(lines.lines);
            lines.changed = 0;
            if (shown !== keys(lines.lines) || lines.words !== lines.order.reduce((sum, {count}) => sum + count, 0)) wrong += 1;
        }
    }
    return wrong;
})()"""
VIRTUAL = """(() => {
    const box = document.createElement('div'); box.style.cssText = ''; box.style.height = '400px'; box.style.width = '600px'; box.style.overflow = 'auto';
    document.body.append(box);
    const list = new m.VirtualList(box, {count: %d, estimate: () => %d, render: (i) => { const row = document.createElement('p'); row.style.height = '%dpx';
        row.style.margin = '0'; row.textContent = i; return row; }});
    list.draw(); list.show(%d, false);
    const shown = [...list.shown.keys()].sort((a, b) => a - b), top = list.space.getBoundingClientRect().height;
    list.leave(); box.remove();
    return [shown.includes(%d), shown.length < 60, top <= 15_000_001];
})()"""

TRACE = """({
    duration: 2, legs: [{id: 'a', engine: 'local', from: 0, to: 2}], turns: [], vad: [{channel: 0, start: 0, end: 0.6}, {channel: 0, start: 1, end: 1.5}],
    judgments: [{channel: 0, at: 0.6, p: 0.2, engine: 'local'}, {channel: 0, at: 1.5, p: 0.9, engine: null}],
    words: [{text: 'ice', start: 0, end: 0.6, channel: 0, turn: 0, versions: [{at: 0.7, text: 'I scream', kind: 'interim', engine: 'local', leg: 'a'},
        {at: 0.9, text: 'ice', kind: 'interim', engine: 'local', leg: 'a'}, {at: 1.3, text: 'ice', kind: 'final', engine: 'local', leg: 'a', reason: 'end_of_turn'}]}],
    shown: [{channel: 0, at: 0.7, kept: 0, engine: 'local', words: [['I', 0, 0.2], ['scream', 0.2, 0.6]]},
        {channel: 0, at: 0.9, kept: 0, engine: 'local', words: [['ice', 0, 0.6]]}, {channel: 0, at: 1.3, through: 0.6}],
})"""

DESCRIPTION = """({
    tags: [{name: 'Things'}, {name: 'Empty'}],
    paths: {
        '/api/v1/other-things': {post: {}},
        '/things/{id}': {parameters: [{name: 'id', in: 'path'}], 
            get: {tags: ['Things'], operationId: 'readThing', parameters: [{$ref: '#/components/parameters/Limit'}]}},
    },
    components: {
        parameters: {Limit: {name: 'limit', in: 'query'}},
        schemas: {Thing: {type: 'object', required: ['id'], properties: {id: {type: 'string'}, inner: {type: 'object', properties: {depth: {type: 'number'}}},
                                                                           again: {$ref: '#/components/schemas/Thing'}}}},
    },
    types: {text: {type: 'string'}, list: {type: 'array', items: {$ref: '#/components/schemas/Thing'}}, ref: {$ref: '#/components/schemas/Thing'},
            choice: {enum: ['a', 'b']}, null: {type: ['number', 'null']}, file: {type: 'string', format: 'binary'}},
})"""

# The days of times in a zone, at a time of the clock.
DAYS = "((clock) => { m.useZone('%s'); Date.now = () => Date.parse('%s'); const days = %s.map(m.dayOf); Date.now = clock; return days; })(Date.now)"

# Texts longer than an overlay's line: Japanese, Chinese, Thai, English, families.
LONG_TEXTS = "['今日はとても天気がいいので駅の近くの公園まで歩いて行って友達と'.repeat(4), '我们明天早上九点在车站见面请不要忘记带票'.repeat(6)," \
    " 'วันนี้อากาศดีมากเราจึงเดินไปสวนสาธารณะใกล้สถานีรถไฟ'.repeat(4), 'please come to the gate in front of the station '.repeat(5).trim(), '👨‍👩‍👧‍👦'.repeat(120)]"

EXPECTED = [
    ("figures.js", "[0, 59.99, 61, 3725, -3].map((x) => m.clock(x))", ["0:00", "0:59", "1:01", "1:02:05", "0:00"]),
    ("figures.js", "[0, 9.96, 59.97, 3599.96].map((x) => m.clock(x, 1))", ["0:00.0", "0:10.0", "1:00.0", "1:00:00.0"]),
    ("figures.js", "[9, 59.6, 3540, 3599, 7260].map(m.length)", ["9 s", "1 min", "59 min", "1 h 00 min", "2 h 01 min"]),
    ("figures.js", "[null, 0, 0.0123, 12.5].map(m.money)", ["–", "$0.00", "$0.0123", "$12.50"]),
    ("figures.js", "[999, 12345, 1e6, 9.96e9, 12.3e9, 2.3e12].map((x) => m.bytes(x))", ["1 kB", "12 kB", "1.0 MB", "10 GB", "12 GB", "2.3 TB"]),
    ("figures.js", "[[212e6, 480e6], [3e5, 2.4e6], [999, 12345]].map((all) => m.bytesOf(...all))", ["212 of 480 MB", "0.3 of 2.4 MB", "1 of 12 kB"]),
    ("figures.js", "[m.plural(1, 'gap'), m.plural(1234, 'gap')]", ["1 gap", "1,234 gaps"]),
    ("figures.js", "(m.useZone('Asia/Tokyo'), [m.timeOf('2026-11-26T20:26:00Z'), m.timeOf('2026-11-26T15:00:00Z'), m.dayOf('2019-12-31T15:30:00Z')])",
     ["05:26", "00:00", "1 January 2020"]),
    ("figures.js", "(m.useZone('Africa/Cairo'), [m.timeOf('2026-04-23T21:59:00Z'), m.timeOf('2026-04-23T22:00:00Z'), m.dayOf('2019-04-23T22:30:00Z')])",
     ["23:59", "01:00", "24 April 2019"]),
    # Midnight, days of 23 and of 25 hours, and a day that begins at one.
    *(("figures.js", DAYS % (zone, now, times), days) for zone, now, times, days in (
        ("Asia/Tokyo", "2026-11-26T15:30:00Z", ["2026-11-26T15:00:00Z", "2026-11-26T14:59:59Z", "2026-11-25T15:00:00Z", "2026-11-25T14:59:59Z"],
         ["Today", "Yesterday", "Yesterday", "25 November"]),
        ("Africa/Cairo", "2026-04-23T22:10:00Z", ["2026-04-23T22:00:00Z", "2026-04-23T21:59:59Z"], ["Today", "Yesterday"]),
        ("Africa/Cairo", "2026-04-24T21:00:00Z", ["2026-04-24T20:59:59Z", "2026-04-23T22:00:00Z", "2026-04-23T21:59:59Z"],
         ["Yesterday", "Yesterday", "23 April"]),
        ("Africa/Cairo", "2026-10-29T21:30:00Z", ["2026-10-28T21:00:00Z", "2026-10-28T20:59:59Z"], ["Today", "Yesterday"]),
        ("Africa/Cairo", "2026-10-29T22:00:00Z", ["2026-10-29T21:59:59Z", "2026-10-28T21:00:00Z", "2026-10-28T20:59:59Z"],
         ["Yesterday", "Yesterday", "28 October"]),
        ("Europe/Berlin", "2026-03-29T21:59:59Z", ["2026-03-28T23:00:00Z", "2026-03-28T22:59:59Z"], ["Today", "Yesterday"]),
        ("Europe/Berlin", "2026-10-25T22:59:59Z", ["2026-10-24T22:00:00Z", "2026-10-24T21:59:59Z"], ["Today", "Yesterday"]),
        ("Europe/Berlin", "2026-10-25T23:00:00Z", ["2026-10-25T22:59:59Z", "2026-10-24T22:00:00Z", "2026-10-24T21:59:59Z"],
         ["Yesterday", "Yesterday", "24 October"]))),
    ("figures.js", "(m.useZone('No/Zone'), m.useZone(null), m.dayOf(new Date()))", "Today"),
    ("figures.js", "[m.within('Today, 16:02'), m.within('18 November 2019')]", ["today, 16:02", "18 November 2019"]),
    ("figures.js", "[m.language('de'), m.language('multi'), m.language('??')]", ["German", "Any language", "??"]),
    ("engines.js", "[{timed_out: 2, late: 0}, {late: 0}, null].map((errors) => m.failures(errors).textContent)", ["2 timed out", "none", "none"]),
    # Three parts of audio, which begin at 0, 1.5 and 3 s.
    ("player.js", """(async (fetched) => {
        window.fetch = async (url) => new Response(null, {headers: {
            'X-Harken-Audio-Start': 1.5 * new URL(url, location).searchParams.get('part'), 'X-Harken-Audio-Parts': 3}});
        const player = new m.Player('c'), has = await player.open();
        window.fetch = fetched;
        return [has, player.parts];
    })(window.fetch)""", [True, [0, 1.5, 3]]),
    ("differences.js", "m.align('the cat sat down'.split(' '), 'The cat, sit'.split(' ')).errors", 2),
    ("differences.js", "m.align(['a', 'b'], ['a', 'x', 'b']).steps.map((step) => step[0]).join('')", "=+="),
    ("trace.js", f"m.seen({TRACE}, m.wordsOf({TRACE}), 1.0).interims[0].join(' ')", "ice"),
    ("trace.js", f"m.seen({TRACE}, m.wordsOf({TRACE}), 0.8).interims[0].join(' ')", "I scream"),
    ("trace.js", f"m.seen({TRACE}, m.wordsOf({TRACE}), 1.3).finals.map((word) => word.text).join(' ')", "ice"),
    ("trace.js", f"((all) => [all.speech.length, all.judgments.length])(m.heard({TRACE}, 0.55, 0.9))", [1, 1]),
    ("trace.js", f"m.heard({{...{TRACE}, vad: null, judgments: undefined}}, 0, 9)", {"speech": [], "judgments": []}),
    ("trace.js", f"[0, 0.9, 1.2, 2.5].map((time) => m.judgmentAt({TRACE}, time)?.p ?? null)", [None, 0.2, 0.9, None]),
    ("trace.js", f"m.latency(m.wordsOf({TRACE})[0]).final.toFixed(1)", "0.7"),
    ("trace.js", f"m.reason({TRACE}, m.wordsOf({TRACE})[0], 2)", "Final: the turn was over."),
    ("differences.js", "m.align([], ['a']).errors + m.align(['a', 'b'], []).errors", 3),
    ("snippets.js", "m.marked('a <mark>b</mark> &lt;i&gt; c').map((part) => part.textContent ?? part)", ["a ", "b", " <i> c"]),
    ("snippets.js", "[m.isLiteral('a <mark>b</mark>'), m.isLiteral('a b')]", [True, False]),
    # A text's own blanks are kept; where its words are not those of the text, the rule has the rest.
    ("writing.js", "[[['안녕', '하세요', '여러분'], '안녕하세요 여러분'], [['is', \"n't\"], \"isn't\"], [['one', 'two', 'x', 'four'], 'one two three four'], [['今日'], '今日']]"
                   ".map(([words, text]) => m.blanksOf(words, text).join('|'))", ["|| ", "|", "| | | ", ""]),
    ("elements.js", "['ja', 'zh-Hant', 'multi', 'auto', '', null].map((tag) => m.spoken(tag).lang)", ["ja", "zh-Hant", "", "", "", ""]),
    ("elements.js", "['input', 'textarea', 'option'].map((tag) => m.h(tag)).concat(m.said('x')).map((one) => one.dir + one.getAttribute('lang'))", ["auto"] * 4),
    ("elements.js", "(({tagName, dir, lang, textContent}) => [tagName, dir, lang, textContent])(m.said('שלום.', 'he'))", ["BDI", "auto", "he", "שלום."]),
    ("elements.js", "[['input'], ['input', {type: 'search'}], ['textarea'], ['option'], ['input', {type: 'checkbox'}], ['input', {dir: 'ltr'}], ['p']]"
                    ".map(([tag, values]) => m.h(tag, values ?? null).getAttribute('dir'))", ["auto", "auto", "auto", "auto", None, "ltr", None]),
    # Words are joined as the gateway joins them: kana touches Latin words and numbers, Chinese touches numbers, marks of full width touch all.
    ("writing.js", "[['今日は', '天気'], ['今日は', 'OK', 'です。', 'はい'], ['你好，', 'world'], ['共', '12', '个', 'ABC', '组'], ['สวัส', 'ดี'], ['ສະ', 'ບາຍ'], ['សួ', 'ស្តី'], ['မင်္ဂ', 'လာ'], ['안녕', '하세요'],"
                   " ['שלום', 'עולם'], ['one', '', 'two'], ['one ', ' two'], ['what', '?', '“Yes”', ',', 'he said'], ['สวัส', 'ABC', '5']].map(m.joined)",
     ["今日は天気", "今日はOKです。はい", "你好，world", "共12个 ABC 组", "สวัสดี", "ສະບາຍ", "សួស្តី", "မင်္ဂလာ", "안녕 하세요", "שלום עולם", "one two", "one  two", "what? “Yes”, he said", "สวัส ABC 5"]),
    ("writing.js", "[' one  two ', '今日は「ABC 12」と。', 'ครับ ok', ''].map(m.wordsIn)",
     [["one", "two"], ["今", "日", "は「", "ABC", "12」", "と。"], ["ค", "รั", "บ", "ok"], []]),
    ("writing.js", "['e\\u0301va', '🇯🇵 Ken', '👨‍👩‍👧 home', '한국', 'क्षितिज', ' anna', '\\u200fאבי', 'ß', 'გია', ''].map(m.initial)",
     ["\u00C9", "🇯🇵", "👨‍👩‍👧", "한", "क्षि", "A", "א", "ß", "გ", "?"]),
    # The end of a text is never one letter, begins with a word where one is near, and cuts no letter.
    ("writing.js", f"{LONG_TEXTS}.map((text) => m.letters(m.newest(text, 90)).length)", [91, 91, 91, 90, 91]),
    ("writing.js", f"{LONG_TEXTS}.every((text) => text.endsWith(m.newest(text, 90).slice(1)) && m.newest(text, 9000) === text)", True),
    ("writing.js", "[m.newest('one two three', 6), m.newest('、、、、すぐ', 4), m.newest('a' + '\\u0301'.repeat(3000) + 'b', 9).endsWith('b')]", ["… three", "…すぐ", True]),
    ("voices.js", "new m.Cast([{id: 'p', name: 'e\\u0301va'}]).voiceOf({person_id: 'p', speaker_id: 0}).mark", "\u00C9"),
    ("differences.js", "m.drawn(m.align(['今', '日', 'は'], ['今', '夜', 'は']).steps).textContent", "今日夜は"),
    ("differences.js", "m.drawn(m.align(['the', 'cat', 'sat'], ['the', 'bat', 'sat']).steps).textContent", "the cat bat sat"),
    # Marks above and below letters tell words apart.
    ("differences.js", "m.align(['กา'], ['กี']).errors", 1),
    ("captionlines.js", LINES % f"lines.take([{segment('1', '今日は', 0, 1)}, {segment('2', '天気です。', 1, 2)}, {segment('3', 'OK', 2, 3)}]); lines.interim = 'はい'",
     ["Speaker 1: 今日は天気です。OK|はい"]),
    ("gaps.js", "m.gapsOf([[9, 10], {start: 1, end: 2, reason: 'no_engine'}])",
     [{"start": 1, "end": 2, "why": "no engine"}, {"start": 9, "end": 10, "why": None}]),
    # One voice's segments are one line; the interim of now is at its end, and goes with the final.
    ("captionlines.js", LINES % f"lines.take([{segment('1', 'one', 0, 1)}, {segment('2', 'two', 1, 2)}]); lines.interim = 'thr'", ["Speaker 1: one two|thr"]),
    ("captionlines.js", LINES % f"lines.interim = 'on'; lines.take([{segment('1', 'one', 0, 1)}, {segment('2', 'two', 1, 2, 1)}])",
     ["Speaker 1: one|", "Speaker 2: two|"]),
    # A newer form replaces a segment; what became part of another goes; a gap stands where it came.
    ("captionlines.js", LINES % (f"lines.take([{segment('1', 'won', 0, 1)}]); lines.mark('gap', ''); lines.take([{segment('1', 'one', 0, 1)}, "
                                 f"{segment('2', 'two', 1, 2, 1)}, {segment('3', 'x', 3, 4, 1)}]); lines.drop(['3'])"),
     ["Speaker 1: one|", "gap", "Speaker 2: two|"]),
    # A line stands where the captions ended, within a segment that grows; what is stored later stands in its place, in the part of its conversation.
    ("captionlines.js", LINES % (f"lines.take([{segment('1', 'one two', 0, 1)}]); const place = lines.place; lines.take([{segment('1', 'one two three', 0, 2)}]);"
                                 "if (lines.hasGrown(place)) lines.mark('event', '', place); if (lines.hasGrown(lines.place)) lines.mark('gap', '')"),
     ["Speaker 1: one two|", "event", "Speaker 1: three|"]),
    ("captionlines.js", LINES % (f"lines.begin('a'); lines.take([{segment('1', 'one', 0, 1)}]); lines.mark('gap', 'told'); lines.mark('event', '', lines.end);"
                                 f"lines.begin('b'); lines.take([{segment('3', 'three', 0, 1)}]);"
                                 f"lines.fill('a', [{segment('1', 'old', 0, 1)}, {segment('2', 'two', 5, 6)}], [{{start: 2, end: 4, why: null}}], false)"),
     ["Speaker 1: one|", "gap", "Speaker 1: two|", "event", "Speaker 1: three|"]),
    # What was shown and is not stored goes where its time has something stored, or a gap; what ends before `from` was not read.
    ("captionlines.js", LINES % (f"lines.begin('a'); lines.take([{segment('1', 'one', 0, 1)}, {segment('2', 'lost', 5, 6)}, {segment('4', 'last', 9, 10)}]);"
                                 f"const stored = [{segment('1', 'one', 0, 1)}, {segment('3', 'two', 5.5, 7)}]; lines.fill('a', stored, [], false);"
                                 "lines.settle('a', stored, [], ['1', '2', '4'], 0)"), ["Speaker 1: one two last|"]),
    ("captionlines.js", LINES % (f"lines.begin('a'); lines.take([{segment('1', 'one', 0, 1)}, {segment('2', 'two', 5, 6)}]); lines.begin('b');"
                                 f"lines.take([{segment('3', 'three', 5, 6, 1)}, {segment('4', 'four', 5, 6, 1)}]);"
                                 "lines.settle('a', [], [{start: 0, end: 5.5}], ['1', '2', '3'], 2)"), ["Speaker 1: one|", "Speaker 2: three four|"]),
    # A gateway that was killed has not stored the last word that it said: the session that goes on says it again.
    ("captionlines.js", LINES % (f"lines.begin('a'); lines.take([{segment('1', 'one two', 0, 2)}, {segment('2', 'three', 4, 5, 1)}]);"
                                 f"const stored = [{segment('1', 'one', 0, 1)}, {segment('2', 'three', 4, 5, 1)}];"
                                 "lines.settle('a', stored, [], ['1', '2'], 0); lines.settle('a', stored.slice(0, 1), [], ['1'], 1.5)"),
     ["Speaker 1: one two|", "Speaker 2: three|"]),
    ("captionlines.js", LINES % (f"lines.begin('a'); lines.take([{segment('1', 'one two', 0, 2)}, {segment('3', 'two three', 1.01, 3)}]);"
                                 f"lines.settle('a', [{segment('1', 'one', 0, 1)}, {segment('3', 'two three', 1.01, 3)}], [], ['1'], 0)"),
     ["Speaker 1: one two three|"]),
    # What became part of another segment does not come back with what was read before.
    ("captionlines.js", LINES % (f"lines.begin('a'); lines.take([{segment('1', 'one', 0, 1)}, {segment('2', 'two', 1, 2)}]); lines.drop(['2']);"
                                 f"lines.take([{segment('1', 'one two', 0, 2)}]);"
                                 f"for (const isWhole of [false, true]) lines.fill('a', [{segment('1', 'one two', 0, 2)}, {segment('2', 'two', 1, 2)}], [], isWhole)"),
     ["Speaker 1: one two|"]),
    # A line keeps its key while it grows.
    ("captionlines.js", f"(() => {{ const lines = new m.CaptionLines(); lines.take([{segment('1', 'one', 0, 1)}]); const [{{key}}] = lines.lines;"
                        f"lines.take([{segment('2', 'two', 1, 2)}]); return lines.lines.map((line) => line.key === key); }})()", [True]),
    # A line ends with the segment that makes it long; its voice goes on in the next one. A label takes the place of a number.
    ("captionlines.js", f"(() => {{ const lines = new m.CaptionLines(); lines.take([{segment('1', 'one ' * 100, 0, 1)}, {segment('2', 'two', 1, 2)}]); lines.label({{ speaker_id: 0, label: 'Speaker 7' }});"
                        "return lines.lines.map((line) => [line.voice.name, line.voice.mark, line.text.trim().length, line.goesOn]); })()",
     [["Speaker 7", "7", 399, False], ["Speaker 7", "7", 3, True]]),
    # Whatever comes, in whatever order, the lines are those that would be made at once; and what a caption does not touch stays the same object.
    ("captionlines.js", MANY, 0),
    ("watching.js", WATCHED % (f"on.state({{id: 's'}}); on.conversation({{id: 'a'}}); on.segment({segment('1', 'one', 50, 51)}); on.state({{id: 's'}});"
                               f"on.conversation({{id: 'b'}}); on.segment({segment('2', 'two', 0, 1)}); on.state({{id: 't'}}); on.conversation({{id: 'b'}});"
                               f"on.segment({segment('3', 'three', 2, 3)})"), ["one", "event", "two three"]),
    ("watching.js", WATCHED % (f"on.state({{id: 's'}}); on.segment({segment('1', 'one', 50, 51)}); on.state({{id: 's'}}); on.segment({segment('2', 'two', 52, 53)});"
                               f"on.state({{id: 't'}}); on.segment({segment('3', 'three', 0, 1)})"), ["one two", "three"]),
    ("captionlines.js", f"(() => {{ const lines = new m.CaptionLines(); for (let i = 0; i < 3000; i++) lines.take([{{...{segment('1', 'so it is', 0, 1)}, id: `${{i}}`,"
                        "start: i, end: i + 1, speaker_id: i % 3}]); const before = lines.lines; lines.take([{...lines.order[0], id: 'new', start: 3000, end: 3001}]);"
                        "return lines.lines.filter((line, index) => line !== before[index]).length; })()", 2),
    # Screen readers are told each final word once, in whichever segment it comes, and a name where another voice speaks.
    ("captionlines.js", f"""(() => {{ const lines = new m.CaptionLines(), log = new m.CaptionLog(); const tell = (...segments) => {{
        lines.take(segments); log.tell(lines); }}; tell({segment('1', 'one two', 0, 1)}); tell({segment('1', 'one two, three.', 0, 2)});
        tell({segment('2', 'four', 2, 3, 1)}, {segment('3', 'five six', 3, 4, 1)}); lines.drop(['3']); tell({segment('2', 'four five six seven', 2, 4, 1)}); lines.interim = 'eig';
        log.tell(lines); return [log.element.getAttribute('role'), ...[...log.element.children].map((one) => one.textContent)]; }})()""",
     ["log", "Speaker 1: one two", "three.", "Speaker 2: four", "five six", "seven"]),
    ("captionlines.js", LINES % f"""lines.know([{{id: 'p', name: 'Vera'}}]); lines.take([{segment('1', 'one', 0, 1, 0, '"p"')}])""", ["Vera: one|"]),
    ("schema.js", f"['text', 'list', 'ref', 'choice', 'null', 'file'].map((name) => m.typeOf(({DESCRIPTION}).types[name], {DESCRIPTION}))",
     ["text", "list of Thing", "Thing", "one of a, b", "number or null", "file"]),
    ("schema.js", f"m.membersOf(({DESCRIPTION}).types.ref, {DESCRIPTION}).map((member) => [member.name, member.level, member.isRequired])",
     [["id", 0, True], ["inner", 0, False], ["depth", 1, False], ["again", 0, False]]),
    ("schema.js", f"[...m.groupsOf({DESCRIPTION})].map(([group, all]) => [group, all.map((one) => one.id + ' ' + one.parameters.length)])",
     [["Things", ["readThing 2"]], ["other-things", ["post--api-v1-other-things 0"]]]),
    ("list.js", VIRTUAL % (5000, 40, 40, 2500, 2500), [True, True, True]),
    # Heights that were estimated wrong, and a list that is longer than a browser can place.
    ("list.js", VIRTUAL % (5000, 40, 90, 4999, 4999), [True, True, True]),
    ("list.js", VIRTUAL % (400_000, 100, 100, 300_000, 300_000), [True, True, True]),
    ("microphone.js", "(async () => { const file = m.wav([new Int16Array([1, -1]).buffer]), view = new DataView(await file.arrayBuffer());"
                      "return [file.size, view.getUint32(24, true), view.getUint32(40, true), view.getInt16(46, true)]; })()", [48, 16000, 4, -1]),
]
