// Snippets of a search: text with <mark> around what was found. They are split, never parsed as HTML.
import { h } from './elements.js';

const plain = (text) => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

/** Returns the snippet's text, with elements where it is marked. */
export const marked = (snippet) => snippet.split(/<mark>(.*?)<\/mark>/s).map((part, index) => (index % 2 ? h('mark', plain(part)) : plain(part)));

/** Returns true if words of the query are in the snippet; otherwise its meaning was found. */
export const isLiteral = (snippet) => snippet.includes('<mark>');
