// A session of the microphone that a page before this one has left: loaded where there is one.
import { h } from './elements.js';
import { clock, timeOf } from './figures.js';
import { listening, memory, remember } from './listening.js';

/** Milliseconds after which another page has left a session that it does not tell of any more. */
const abandoned = 15_000;
/** The timer that ends the offer that is shown. */
let offered;

/**
 * Offers to go on with the newest session that a page before this one has left.
 * @param {boolean} [isAgain] true: pages that told of theirs when this one began have had the time to do so again
 */
export function offer(isAgain) {
  let all = [];
  try {
    all = Object.entries(localStorage).filter(([key]) => key.startsWith(memory)).map(([, text]) => ({ text, ...JSON.parse(text) }));
  } catch {
    // Nothing is kept.
  }
  // Another tab that listens tells so each second; one whose browser crashed has done so until then.
  const isOld = (one) => one.isLeft || Date.now() - one.at >= abandoned, left = all.sort((a, b) => b.at - a.at).find(isOld);
  if (!isAgain && !all.every(isOld)) setTimeout(offer, abandoned, true);
  if (!left || listening.isOn) return;
  // Another tab goes on with it.
  const isTaken = () => localStorage.getItem(memory + left.session) !== left.text;
  const rest = () => left.at + left.window * 1000 - Date.now();
  const { lost = 0 } = left, gone = lost ? ` The last ${lost} s may be lost.` : '';
  const read = () => (left.conversation ? h('a.btn.s', { href: `#/conversation/${left.conversation}` }, 'Open conversation') : null);
  const over = () => {
    if (listening.isOn) return;
    if (isTaken()) return listening.tell('left');
    remember(left.session);
    listening.tell('left', '', `The recording ended at ${timeOf(left.at)}`, `This page was closed. ${clock(left.seconds - lost)} are kept.${gone}`,
      read());
  };
  if (!listening.notes.isConnected) listening.showNotes();
  clearTimeout(offered);
  if (rest() <= 0) return over();
  offered = setTimeout(over, rest());
  const goOn = h('button.btn.s.primary', { onclick: () => {
    if (isTaken()) return over();
    clearTimeout(offered);
    location.hash = '#/live';
    listening.start({ source: left.source, language: left.language, engine: left.engine }, left);
  } }, 'Go on');
  listening.tell('left', 'warn', 'The recording was interrupted', `This page was closed or loaded anew after ${clock(left.seconds)}.${gone} It can go on until `
    + `${timeOf(left.at + left.window * 1000)}.`, goOn);
}
