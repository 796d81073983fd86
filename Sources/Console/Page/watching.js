// A running session, watched: the events that the gateway sends of it.
import { address, get, optional } from './api.js';

/** Returns the caller's sessions that run now; none for an older gateway. */
export const openSessions = async () => (await optional(get('/sessions', { open: 'true' })).catch(() => null))?.sessions ?? [];

/**
 * Watches a session.
 * @param {string} id
 * @param {Record<string, (event) => void>} on by the event's name: state, segment, removed, interim, gap, engine, end
 * @returns {() => void} stops watching
 */
export function watch(id, on) {
  const source = new EventSource(address(`/sessions/${id}/events`));
  for (const [name, act] of Object.entries(on)) {
    source.addEventListener(name, ({ data }) => {
      act(JSON.parse(data || '{}'));
      if (name === 'end') source.close();
    });
  }
  return () => source.close();
}
