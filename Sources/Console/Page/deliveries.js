// Deliveries to webhooks: what waits, and what was given up and why; sends it again, or removes it.
import { get, optional, post, remove } from './api.js';
import { h, said } from './elements.js';
import { dayOf, plural, timeOf, within } from './figures.js';
import { may } from './gateway.js';
import { busy, complain, setting as line, toast } from './pieces.js';

const path = '/users/me/webhook-deliveries';
/** Time in which a removal can be undone: it is carried out after it, in milliseconds. */
const undoTime = 5000;
/** Timers of removals that can still be undone, by the delivery's id. */
const removals = new Map();

/** Returns a time in words: Today, 16:02. */
export const moment = (time) => `${dayOf(time)}, ${timeOf(time)}`;

const deliveries = (number) => plural(number, 'delivery', 'deliveries');
const names = { conversation: 'Finished conversation', transcript: 'Live segments' };

function row(delivery, reload) {
  const name = delivery.title || names[delivery.webhook], isPast = delivery.given_up_at != null;
  const tried = delivery.failures ? `Tried ${plural(delivery.failures, 'time')}. ` : '';
  const state = tried + (isPast ? `Given up ${within(moment(delivery.given_up_at))}.` : `Next attempt ${within(moment(delivery.next_attempt_at))}.`);
  const show = (words, ...buttons) => line(said(name), words, may('write') ? h('div.row.nowrap', buttons) : null);
  const undo = () => {
    clearTimeout(removals.get(delivery.id));
    removals.delete(delivery.id);
    reload();
  };
  if (removals.has(delivery.id)) {
    return show('Removed: it is not sent. The conversation stays.',
      h('button.btn.s', { onclick: undo, 'aria-label': `Undo: keep the delivery of ${name}` }, 'Undo'));
  }
  const again = async (event) => {
    await busy(event.currentTarget, async () => {
      await post(`${path}/resend`, { id: delivery.id });
      toast(isPast ? `${name} is sent again` : `${name} is tried now`);
    });
    await reload();
  };
  const drop = () => {
    removals.set(delivery.id, setTimeout(async () => {
      await optional(remove(`${path}/${delivery.id}`)).catch(complain);
      removals.delete(delivery.id);
      await reload();
    }, undoTime));
    reload();
  };
  return show(`${delivery.reason ?? ''} ${state}`.trim(),
    h('button.btn.s', { onclick: again, 'aria-label': isPast ? `Send ${name} again` : `Try ${name} now` }, isPast ? 'Send again' : 'Try now'),
    h('button.btn.ghost.s.danger', { onclick: drop, 'aria-label': `Remove the delivery of ${name}` }, 'Remove'));
}

/** The deliveries of the user's webhooks, below them. Empty when nothing waits and nothing was given up. */
export function deliveriesOfWebhooks() {
  const place = h('div', { role: 'group', 'aria-label': 'Deliveries' });
  const read = () => optional(Promise.all([get(path, { limit: 50 }), get(path, { state: 'waiting', limit: 1 })]));
  const reload = async () => {
    const found = await read().catch(() => null);
    if (!found) return;
    const [past, waiting] = found;
    const rows = past.deliveries.map((delivery) => row(delivery, reload));
    const all = async (event) => {
      await busy(event.currentTarget, async () => {
        const { count } = await post(`${path}/resend`);
        toast(`${deliveries(count)} sent again`);
      });
      await reload();
    };
    if (past.given_up > 1) {
      rows.unshift(line(`${deliveries(past.given_up)} given up`, 'Each conversation is sent as it is now.',
        may('write') ? h('button.btn.s', { onclick: all }, 'Send all again') : null));
    }
    // The first one that waits holds up those behind it.
    const [first] = waiting.deliveries;
    if (first?.failures) rows.push(row(first, reload));
    const behind = waiting.waiting - (first?.failures ? 1 : 0);
    if (behind > 0) rows.push(h('p.small.dim', `${deliveries(behind)} ${behind === 1 ? 'waits' : 'wait'}, and ${behind === 1 ? 'is' : 'are'} sent in order.`));
    place.replaceChildren(...rows);
  };
  reload();
  return place;
}
