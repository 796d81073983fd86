// A phone as the microphone: opened by the code on the page Live, with a ticket in place of a login.
import { CaptionLog, newestWords } from './captionlines.js';
import { bars } from './drawing.js';
import { h, spoken } from './elements.js';
import { clock } from './figures.js';
import { icon, logo } from './icons.js';
import { ListenClient } from './listen.js';
import { heightOf } from './microphone.js';
import { Recording } from './recording.js';
import { joined } from './writing.js';

/** Letters of what was said that are shown. */
const shown = 160;

export default function phone(root, _, values) {
  root.classList.add('wide', 'flat');
  const ticket = values.get('ticket'), language = values.get('language'), level = bars('meter'), recording = new Recording(), { lines } = recording;
  const text = h('p.phone-text', spoken(language)), log = new CaptionLog();
  const time = h('span.mono.small'), button = h('button.btn.primary', { disabled: true });
  // The gateway has taken the ticket.
  let isTaken = false;
  recording.options = { source: 'microphone' };
  // A ticket is good for one session: it need not stay in the address.
  history.replaceState(null, '', '#/phone');

  const draw = () => {
    const said = lines.lines.filter((line) => !line.kind).slice(-9).map((line) => line.text);
    text.replaceChildren(...newestWords(joined(said), lines.interim ?? '', shown));
    log.tell(lines, language);
  };
  const tellMute = () => recording.tell('mute', 'warn', recording.isMute && !recording.pause ? 'No sound at all comes' : null, 'Is the microphone muted?');
  const over = (title, words) => recording.tell('end', ...(recording.ending ?? ['', title, words]));
  const change = () => {
    const { client, state, isOn, isWaiting, sound } = recording;
    isTaken ||= client?.state === 'listening';
    button.replaceChildren(...(isWaiting ? ['Do not wait'] : [icon(isOn ? 'stop' : 'live'), isOn ? 'Stop' : 'Speak']));
    button.disabled = !isTaken || !client || (state === 'stopping' && !isWaiting);
    if (!sound) for (let i = 0; i < 40; i++) level.push(0);
    tellMute();
    // What is told of a session that failed comes behind this.
    if (isTaken && !client) over('The session is over', 'To go on, scan the code once more.');
  };
  const start = async () => { if (await recording.ask()) recording.become('on'); };
  button.onclick = () => {
    // A second press that comes in the same moment is none.
    if (recording.trembles()) return;
    if (recording.isOn) recording.stop(); else start();
  };
  root.append(h('div.login', h('div', h('span.brand', logo(), 'Harken'), h('h1', 'This phone is the microphone'),
    h('p.small.dim', 'What is said here becomes captions on the screen whose code you have scanned.'),
    level, h('div.row.between', button, time), recording.notes, text, log.element)));
  change();
  if (!ticket) {
    over('The code was used', 'It is good for one session. Scan the one that is on the screen now.');
    return () => {};
  }
  recording.addEventListener('change', change);
  recording.addEventListener('lines', draw);
  recording.addEventListener('level', () => {
    level.push(heightOf(recording.value));
    time.textContent = clock(recording.seconds);
    tellMute();
  });
  // The session begins at once: the ticket is good for seconds only.
  const client = new ListenClient({ language: language ?? 'en', engine: values.get('engine'), ticket });
  client.addEventListener('segments', ({ detail }) => {
    lines.take(detail);
    draw();
  });
  client.addEventListener('status', ({ detail }) => {
    if (detail.type === 'conversation_session') lines.begin(detail.conversation_id);
    if (detail.type === 'segments_deleted') lines.drop(detail.segment_ids ?? []);
  });
  client.addEventListener('failure', ({ detail }) => {
    recording.tell('end', 'bad', ...(isTaken ? ['The session has ended', recording.failing(client, detail)]
      : ['The code has run out', 'It is good for one session, and for half a minute. Scan the new one.']));
  });
  recording.follow(client);
  return () => {
    if (recording.isOn && recording.state !== 'stopping') recording.stop();
    client.finish();
  };
}
