// A phone as the microphone: opened by the code on the page Live, with a ticket in place of a login.
import { CaptionLines, CaptionLog, newestWords } from './captionlines.js';
import { bars } from './drawing.js';
import { h, say, spoken } from './elements.js';
import { clock } from './figures.js';
import { icon, logo } from './icons.js';
import { behindWords, lateWords, ListenClient } from './listen.js';
import { heightOf, openSound, rate, trembling } from './microphone.js';
import { note } from './pieces.js';
import { joined } from './writing.js';

/** Letters of what was said that are shown. */
const shown = 160;

export default function phone(root, _, values) {
  root.classList.add('wide', 'flat');
  const ticket = values.get('ticket'), level = bars('meter'), problem = h('div');
  const text = h('p.phone-text', spoken(values.get('language'))), log = new CaptionLog();
  const time = h('span.mono.small'), button = h('button.btn.primary', { disabled: true }), lines = new CaptionLines();
  const behind = h('div', { role: 'status' }), late = h('div', { role: 'status' });
  const lateness = h('span', { 'aria-hidden': 'true' }), warning = note('warn', [lateWords[0], lateness], lateWords[1]);
  let sound = null, asking = null, samples = 0, client = null;
  // A ticket is good for one session: it need not stay in the address.
  history.replaceState(null, '', '#/phone');

  const label = () => button.replaceChildren(icon(sound ? 'stop' : 'live'), sound ? 'Stop' : 'Speak');
  const stop = () => {
    asking?.abort();
    sound?.stop();
    sound = null;
    label();
  };
  const start = async () => {
    problem.replaceChildren();
    const { signal } = asking = new AbortController();
    try {
      sound = await openSound('microphone', {
        signal,
        onaudio: (packet) => {
          samples += packet.byteLength / 2;
          client.push(packet);
        },
        onlevel: (value) => {
          level.push(heightOf(value));
          time.textContent = clock(samples / rate);
        },
        onend: () => finish(),
        onstate: (state) => problem.replaceChildren(...(state ? [note('bad', 'The microphone is silent',
          'A call has it, or the browser paused it. What is said is not heard; it goes on by itself.')] : [])),
      });
      label();
    } catch (error) {
      if (signal.aborted) return;
      problem.replaceChildren(note('bad', error.title ?? 'The sound cannot be opened', error.message));
    } finally {
      asking = null;
    }
  };
  const over = (title, words) => {
    stop();
    behind.replaceChildren();
    button.disabled = true;
    if (!problem.children.length) problem.replaceChildren(note('', title, words));
    say(title);
  };
  const draw = () => {
    text.replaceChildren(...newestWords(joined(lines.lines.slice(-9).map((line) => line.text)), lines.interim ?? '', shown));
    log.tell(lines, values.get('language'));
  };
  const trembles = trembling();
  const finish = () => {
    stop();
    button.disabled = true;
    client.finish();
  };
  button.onclick = () => {
    // A second press while the browser asks begins nothing.
    if (trembles() || asking) return;
    if (sound) finish(); else start();
  };
  label();
  root.append(h('div.login', h('div', h('span.brand', logo(), 'Harken'), h('h1', 'This phone is the microphone'),
    h('p.small.dim', 'What is said here becomes captions on the screen whose code you have scanned.'),
    level, h('div.row.between', button, time), problem, late, behind, text, log.element)));
  if (!ticket) {
    over('The code was used', 'It is good for one session. Scan the one that is on the screen now.');
    return () => {};
  }
  // The session begins at once: the ticket is good for seconds only.
  client = new ListenClient({ language: values.get('language') ?? 'en', engine: values.get('engine'), ticket });
  client.addEventListener('state', ({ detail }) => {
    if (detail === 'listening') {
      button.disabled = false;
      problem.replaceChildren();
    }
    if (detail === 'resuming') {
      problem.replaceChildren(note('warn', 'The connection broke', 'It is being mended. What you say meanwhile is kept in this page.'));
    }
    if (detail === 'ended') over('The session is over', 'To go on, scan the code once more.');
  });
  client.addEventListener('segments', ({ detail }) => {
    lines.take(detail);
    draw();
  });
  client.addEventListener('interim', ({ detail }) => {
    lines.interim = detail;
    draw();
  });
  client.addEventListener('status', ({ detail }) => {
    if (detail.status === 'storage_full') {
      problem.replaceChildren(note('bad', 'The gateway’s disk is full', 'Captions go on. Keep this page open until the disk has room.'));
    } else if (detail.status === 'storage_recovered') problem.replaceChildren();
    else if (detail.status === 'stt_late') behind.replaceChildren(note('', ...behindWords));
    else if (detail.status === 'stt_in_time') behind.replaceChildren();
    if (detail.type === 'conversation_session') lines.begin(detail.conversation_id);
    if (detail.type !== 'segments_deleted') return;
    lines.drop(detail.segment_ids ?? []);
    draw();
  });
  client.addEventListener('full', () => {
    problem.replaceChildren(note('bad', 'Stopped: this page was full', 'It keeps no more than an hour that the gateway does not have.'));
    finish();
  });
  client.addEventListener('failure', ({ detail }) => problem.replaceChildren(
    client.session ? note('bad', 'The session has ended', detail)
      : note('bad', 'The code has run out', 'It is good for one session, and for half a minute. Scan the new one.')));
  const timer = setInterval(() => {
    const seconds = client.state === 'listening' ? Math.round(client.late) : 0;
    lateness.textContent = `: ${seconds} s`;
    if (!seconds !== !late.firstChild) late.replaceChildren(...(seconds ? [warning] : []));
  }, 250);
  return () => {
    clearInterval(timer);
    stop();
    client.finish();
  };
}
