// Voices of a conversation: who speaks, in which colour, under which name.
import { initial } from './writing.js';

/**
 * @typedef {object} Voice
 * @property {string} key the same for all segments of one speaker
 * @property {number} color 1…8 in the order in which voices were first heard; 0 is nobody
 * @property {string} name
 * @property {string} mark the letter or number of the sign
 * @property {boolean} isNamed
 * @property {?number} speaker number of the speaker in its conversation
 * @property {?string} person id of the person
 */

/** The voice where nobody knows who speaks. */
const nobody = { key: '', color: 0, name: 'Unknown', mark: '?', isNamed: false, speaker: null, person: null };

/** Speakers have other numbers in each conversation of a session. */
const keyOf = ({ speaker_id: number, part = 0 }) => `s${part} ${number}`, numberIn = (label) => label.replace(/\D+/g, '');

/** Returns the colour of the person or voice that was heard as the `order`th, from 0. */
export const colorOf = (order) => order % 8 + 1;

/**
 * The voices of a conversation in the order in which they were first heard.
 */
export class Cast {
  /** @param {{id: string, name: string}[]} people those who have a name */
  constructor(people = []) {
    this.people = new Map(people.map((person) => [person.id, person.name]));
    this.voices = new Map();
  }

  /** Gives a speaker without a name the label under which the voice is kept. @param {object} speaker its number, and the part of the session */
  label(speaker, label) {
    Object.assign(this.voiceOf(speaker), { name: label, mark: numberIn(label) });
  }

  /** Returns the voice of a segment. @returns {Voice} */
  voiceOf(segment) {
    if (segment.speaker_identity_state === 'unknown') return nobody;
    const key = segment.is_user ? 'user' : segment.person_id ? 'p' + segment.person_id : keyOf(segment);
    let voice = this.voices.get(key);
    if (!voice) {
      const name = segment.is_user ? 'You' : this.people.get(segment.person_id);
      const label = segment.label ?? `Speaker ${segment.speaker_id + 1}`;
      voice = {
        key, color: colorOf(this.voices.size), name: name ?? label, mark: name ? initial(name) : numberIn(label), isNamed: !!name,
        speaker: segment.speaker_id, person: segment.person_id ?? null,
      };
      this.voices.set(key, voice);
    }
    return voice;
  }

  /** All voices. @returns {Voice[]} */
  get all() { return [...this.voices.values()]; }
}

/** Returns the runs of one voice after the other: `[start, end, colour]`, at most 400 of them. */
export function turnsOf(segments, cast) {
  const turns = [];
  for (const segment of segments) {
    const { color } = cast.voiceOf(segment), last = turns.at(-1);
    if (last && last[2] === color && segment.start - last[1] < 3) last[1] = Math.max(last[1], segment.end);
    else turns.push([segment.start, segment.end, color]);
  }
  return turns;
}
