// The code that makes a phone the microphone: a ticket in an address, drawn as a QR code.
import { post } from './api.js';
import { h } from './elements.js';
import { dialog, failure, note } from './pieces.js';
import { code } from './qr.js';
import { openSessions } from './watching.js';

/** Milliseconds for which a code is shown: a ticket is good for 30 s, and somebody must open the page with it. */
const fresh = 15_000;
/** Milliseconds between looks for the phone's session. */
const patience = 1000;

const title = 'A phone as microphone';

/** True where no other machine can reach the page's address. */
const isOwnMachine = () => /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

/**
 * Opens the dialog with the code.
 * @param {{language: string, engine: string}} options of the session
 * @param {(session: string) => void} begun called with the phone's session
 */
export async function pair({ language, engine }, begun) {
  if (isOwnMachine()) {
    const why = `Only this machine reaches ${location.hostname}. Give the gateway a certificate and a key, and open this page at its name in the network.`;
    const opened = dialog(title, note('', 'A phone cannot reach this address', why), [h('button.btn', { onclick: () => opened.close() }, 'Close')]);
    return;
  }
  const place = h('div.qr-place'), known = new Set((await openSessions()).map((session) => session.id));
  const opened = dialog(title, h('div.stack', place,
    h('p.small.dim', 'Scan it with the phone’s camera. What the phone hears becomes captions here. The code is good for one session.')),
  [h('button.btn', { onclick: () => opened.close() }, 'Close')]);
  const draw = async () => {
    try {
      const { ticket } = await post('/tickets', { path: '/v4/listen', resumes: true });
      const values = new URLSearchParams({ ticket, language, ...(engine ? { engine } : {}) });
      place.replaceChildren(code(`${location.origin}${location.pathname}#/phone?${values}`, 'Code with the address for the phone'));
    } catch (error) {
      place.replaceChildren(failure(error, draw));
    }
  };
  const look = async () => {
    const mine = (await openSessions()).find((session) => !known.has(session.id));
    if (!mine || !opened.open) return;
    opened.close();
    begun(mine.id);
  };
  const timers = [setInterval(draw, fresh), setInterval(look, patience)];
  opened.addEventListener('close', () => timers.forEach(clearInterval));
  draw();
}
