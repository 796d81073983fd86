// The user's time zone: the days and times of the page are in it, and so are the hours that are spoken of.
import { patch } from './api.js';
import { h } from './elements.js';
import { gateway, may, takeZone } from './gateway.js';
import { ask, complain, field, note, setting, toast } from './pieces.js';

/** The browser's zone, by its IANA name. */
const here = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** What clocks show in a zone at some times of this year: zones have several names, and those with the same clocks are the same here. */
function clocks(timeZone) {
  const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'short', timeStyle: 'short', timeZone }), year = new Date().getFullYear();
  return [0, 3, 6, 9].map((month) => clock.format(Date.UTC(year, month, 15))).join();
}

function isHere(zone) {
  try {
    return clocks(zone) === clocks(here());
  } catch {
    return false;
  }
}

async function keep(zone) {
  const settings = await patch('/users/me/settings', { time_zone: zone });
  takeZone(settings);
  toast(zone ? `Days and times are those of ${zone}` : 'Days and times are those of the gateway');
  return settings;
}

/** The line of Settings with the time zone; null where the gateway has none. */
export function zoneSetting(settings) {
  if (!settings.default_time_zone) return null;
  const words = () => settings.time_zone ?? `The gateway’s: ${settings.default_time_zone}`;
  const change = () => {
    const input = h('input.input', { value: settings.time_zone ?? here(), list: 'zones', autocomplete: 'off', spellcheck: 'false' });
    const all = h('datalist', { id: 'zones' }, (Intl.supportedValuesOf?.('timeZone') ?? []).map((value) => h('option', { value })));
    const hint = `This browser is in ${here()}. Empty: the gateway’s zone, ${settings.default_time_zone}.`;
    ask('Time zone', h('div.stack', field('Name of the zone', input, hint), all), 'Keep', async () => {
      Object.assign(settings, await keep(input.value.trim() || null));
      button.textContent = words();
    });
  };
  const button = h('button.btn.s', { onclick: change }, words());
  return setting('Time zone', 'Days and times are those of its clocks, and so is “tomorrow at ten”.', button);
}

/** A note with the browser's zone, if the user has chosen none and the gateway's clocks show another time; null otherwise. */
export function zoneSuggestion() {
  if (gateway.zone || !gateway.standardZone || !may('write') || isHere(gateway.standardZone)) return null;
  const zone = here(), use = h('button.btn.s', { onclick: () => keep(zone).then(() => location.reload(), complain) }, `Use ${zone}`);
  return note('', `Days and times are those of ${gateway.standardZone}`, `This browser is in ${zone}.`, use);
}
