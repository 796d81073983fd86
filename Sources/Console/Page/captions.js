// The overlay for OBS: the last lines of a running session, on nothing.
// ?session=ID (otherwise the newest), ?lines=2, ?size=40 (pixels), ?names=0, ?ground paints a ground.
import { CaptionLines, CaptionLog, newestWords } from './captionlines.js';
import { get } from './api.js';
import { h, said, spoken } from './elements.js';
import { events, goesDown, openSessions, watch } from './watching.js';

const values = new URLSearchParams(location.search), amount = Math.max(1, Math.min(6, Number(values.get('lines')) || 2));
const stage = document.getElementById('captions'), log = new CaptionLog();
/** Letters of a line that are shown: what was said longest ago goes first. */
const shown = 90;
/** Milliseconds between looks for a session that runs. */
const patience = 2000;

let lines = new CaptionLines(), people = [], language = null, isAway = false;

function draw() {
  const all = lines.lines.filter((line) => line.voice || line.interim);
  stage.replaceChildren(...all.slice(-amount).map(({ voice, text, interim }) => h('p', spoken(language), h(`span.k${voice?.color ?? 0}`,
    values.get('names') === '0' || !voice ? null : h('b', said(voice.name), ' '), newestWords(text, interim, shown)))),
  ...(isAway ? [h('p', h('span', 'The gateway is away'))] : []));
  log.tell(lines, language);
}

async function show() {
  const open = await openSessions(), wanted = values.get('session');
  const session = wanted ? open.find(({ id }) => id === wanted) : open[0];
  if (!session) {
    setTimeout(show, patience);
    return;
  }
  lines = new CaptionLines();
  log.told = 0;
  lines.know(people);
  language = session.language;
  let turn = 0;
  const here = (id) => {
    turn++;
    isAway = !id;
    draw();
  };
  here(session.id);
  watch(session.id, { ...events({ lines }, draw), back: here, lost: async () => {
    // A connection may break, or its session end, at a gateway that is there.
    const mine = turn;
    if ((await goesDown()) && mine === turn) here();
  }, end: () => {
    here(session.id);
    setTimeout(show, patience);
  } });
}

stage.after(log.element);
if (values.has('ground')) document.documentElement.classList.add('stage-demo');
if (values.get('size')) stage.style.fontSize = `${Math.max(12, Math.min(200, Number(values.get('size'))))}px`;
get('/people').then((answer) => {
  people = answer.people;
  lines.know(people);
}, () => {}).finally(show);
