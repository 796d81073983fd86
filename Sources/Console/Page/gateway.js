// The gateway as this page knows it: version, engines, what the caller may do.
import { get, optional, send, CallError } from './api.js';
import { useZone } from './figures.js';

/**
 * @typedef {object} Gateway
 * @property {string} version
 * @property {string} address as a program would write it, without the scheme
 * @property {{name: string, state: string, why?: string}[]} engines
 * @property {{what: string, command?: string}[]} missing
 * @property {?string[]} scopes null: the gateway does not say
 * @property {?string} user
 * @property {boolean} keyless
 * @property {?string} zone the user's own time zone, by its IANA name; null: `standardZone`
 * @property {?string} standardZone the gateway's; null: the gateway does not say
 */

/** @type {Gateway} */
export let gateway = {
  version: '', address: location.host, engines: [], missing: [], scopes: null, user: null, keyless: false, zone: null, standardZone: null,
};

/** Takes the user's time zone from the user's settings: all days and times of the page are in it. */
export function takeZone(settings) {
  gateway = { ...gateway, zone: settings?.time_zone ?? null, standardZone: settings?.default_time_zone ?? null };
  useZone(gateway.zone ?? gateway.standardZone);
}

/** Engines as `/ready` has them, for gateways without `/about`. */
const engines = async () => {
  const answer = await fetch('/ready').catch(() => null);
  const body = await answer?.json().catch(() => null);
  return Object.entries(body?.engines ?? {}).map(([name, state]) =>
    state === 'ready' || state === 'idle' ? { name, state: 'ready' } : state === 'loading' ? { name, state } : { name, state: 'unavailable', why: state });
};

/** Asks the gateway about itself, and about the caller. Throws `CallError` 401 when a login is needed. */
export async function learn() {
  const about = await optional(get('/about'));
  if (about) {
    gateway = { ...gateway, ...about, address: location.host || about.address };
  } else {
    const health = await (await send('/health')).json();
    const me = await get('/users/me').catch((error) => {
      if (error.status === 403) return {};
      throw error;
    });
    gateway = { ...gateway, version: health.version, engines: await engines(), user: me.id ?? null };
  }
  if (may('read')) takeZone(await optional(get('/users/me/settings')));
  return gateway;
}

/** Returns true if the caller has a scope, or the gateway does not say. */
export const may = (scope) => gateway.keyless || !gateway.scopes || gateway.scopes.includes(scope);

/** Returns true if an error says that a login is needed. */
export const needsLogin = (error) => error instanceof CallError && error.status === 401;

/** Returns `http://HOST` or `https://HOST`, as clients need it. */
export const httpAddress = () => `${location.protocol}//${gateway.address}`;

/** Returns `ws://HOST` or `wss://HOST`. */
export const socketAddress = () => `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${gateway.address}`;
