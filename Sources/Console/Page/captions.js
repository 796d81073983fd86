// The overlay for OBS: the last lines of a running session, on nothing.
// ?session=ID (otherwise the newest), ?lines=2, ?size=40 (pixels), ?names=0, ?ground paints a ground.
import { CaptionLines } from './captionlines.js';
import { get } from './api.js';
import { h, said, spoken } from './elements.js';
import { openSessions, watch } from './watching.js';
import { blank, newest } from './writing.js';

const values = new URLSearchParams(location.search), amount = Math.max(1, Math.min(6, Number(values.get('lines')) || 2));
const stage = document.getElementById('captions'), finals = document.getElementById('final');
/** Letters of a line that are shown: what was said longest ago goes first. */
const shown = 90;
/** Milliseconds between looks for a session that runs. */
const patience = 2000;

let lines = new CaptionLines(), people = [], read = 0, language = null;

function draw() {
  const all = lines.lines.filter((line) => line.voice || line.interim);
  stage.replaceChildren(...all.slice(-amount).map((line) => {
    const { text, interim } = line, part = newest(text + (interim && blank(text, interim)) + interim, shown), at = Math.max(0, part.length - interim.length);
    return h('p', spoken(language), h(`span.k${line.voice?.color ?? 0}`,
      values.get('names') === '0' || !line.voice ? null : h('b', said(line.voice.name), ' '), part.slice(0, at),
      interim ? h('i.interim', part.slice(at)) : null));
  }));
  if (all.length > read + 1) {
    const done = all.at(-2);
    read = all.length - 1;
    if (done.voice) finals.replaceChildren(said(done.voice.name), ': ', said(done.text, language));
  }
}

async function show() {
  const open = await openSessions(), wanted = values.get('session');
  const session = wanted ? open.find(({ id }) => id === wanted) ?? { id: wanted }
    : open.toSorted((a, b) => String(a.started_at).localeCompare(String(b.started_at))).at(-1);
  if (!session) {
    setTimeout(show, patience);
    return;
  }
  lines = new CaptionLines();
  lines.know(people);
  read = 0;
  language = session.language;
  watch(session.id, {
    segment: (segment) => {
      lines.take([segment]);
      draw();
    },
    removed: ({ ids }) => {
      lines.drop(ids);
      draw();
    },
    interim: (event) => {
      lines.interim = event.text || null;
      draw();
    },
    end: () => setTimeout(show, patience),
  });
}

if (values.has('ground')) document.documentElement.classList.add('stage-demo');
if (values.get('size')) stage.style.fontSize = `${Math.max(12, Math.min(200, Number(values.get('size'))))}px`;
get('/people').then((answer) => {
  people = answer.people;
  lines.know(people);
}, () => {}).finally(show);
