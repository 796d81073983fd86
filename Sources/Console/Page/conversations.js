// Conversations: search on top, filters on the left, rows by day.
import { readdress } from './app.js';
import { get } from './api.js';
import { showDeleted, undoLine } from './deleted.js';
import { strip } from './drawing.js';
import { h, isNarrow, said, spoken } from './elements.js';
import { clock, dayOf, length, plural, timeOf, titleOf } from './figures.js';
import { icon } from './icons.js';
import { check, empty, failure, fill, glyph, tag } from './pieces.js';
import { isLiteral, marked } from './snippets.js';
import { colorOf } from './voices.js';
import { initial } from './writing.js';
import { zoneSuggestion } from './zone.js';

/** Time without a key after which a search begins, in milliseconds. */
const pause = 120;
const pageSize = 50;
/** Hits that are shown of one conversation. */
const shownHits = 3;

/** Length of a conversation in seconds. */
const durationOf = (conversation) => conversation.duration
  ?? Math.max(0, (new Date(conversation.finished_at) - new Date(conversation.started_at)) / 1000);

/** The name of somebody who is known; null for a voice without one, whatever the list calls it. */
const nameOf = (person) => (person.is_user ? 'You' : person.person_id ? person.name : null);

/** Who speaks, as signs, where the list says so. */
const signs = (people) => h('span.glyphs', (people ?? []).slice(0, 5).map((person, index) => {
  const name = nameOf(person);
  return glyph({ color: colorOf(index), mark: name ? initial(name) : /\d+/.exec(person.name)?.[0] ?? String(index + 1), isNamed: !!name });
}));

/** The conversations that a list or a search has had, by their ids. */
const known = new Map();
/** Where the list was left, by the entries of the history: how far down, the row that was opened, and the number of rows or hits. */
const left = new Map();

function row(conversation, hits = []) {
  const duration = durationOf(conversation), where = hits.length ? `?t=${hits[0].start.toFixed(2)}` : '';
  const turns = conversation.turns?.map(([start, end, index]) => [start, end, colorOf(index)]);
  const own = spoken(conversation.language), names = (conversation.people ?? []).map(nameOf).filter(Boolean).join(', ');
  return h('div', { role: 'listitem' }, h('a.conv', { href: `#/conversation/${conversation.id}${where}`, 'data-row': true },
    h('span.t', timeOf(conversation.started_at)),
    h('div', h('h3', conversation.title ? own : null, conversation.title || conversation.status !== 'in_progress' ? titleOf(conversation) : 'Being recorded'),
    h('p.p', hits.length ? null : own, hits.length ? dayOf(conversation.started_at) : conversation.summary ?? '')),
    h('div.m', turns ? strip(turns, duration, [], names || 'Who spoke when') : null,
      h('div.row', signs(conversation.people), conversation.status === 'in_progress' ? tag('ok', 'Live') : null,
        duration ? h('span', length(duration)) : null)),
    hits.slice(0, shownHits).map((hit) => h('div.hit', h('time', clock(hit.start)),
      h('span', own, marked(hit.snippet), hit.isNear || isLiteral(hit.snippet) ? null : h('bdi.faint.small', { lang: 'en' }, '  same meaning')))),
    hits.length > shownHits ? h('div.hit', h('span'), h('span.faint', `${hits.length - shownHits} more`)) : null));
}

export default function conversations(root, _, values) {
  const list = h('div', { role: 'region', 'aria-label': 'Conversations', tabindex: -1 }), amount = h('p.small.dim', { role: 'status' });
  const visit = history.state?.visit ?? Math.random();
  history.replaceState({ visit }, '');
  const filter = { person: values.get('person'), days: Number(values.get('days')), gaps: values.has('gaps'), deleted: values.has('deleted') };
  const leaving = new AbortController();
  let timer = 0, request = null, next = null, day = '', group = null, before = left.get(visit), isNear = false, isCapped;
  // What one comes back to is read in large pages, the largest that a search has.
  const size = () => (before ? 100 : pageSize);
  /** Hits of the search that is shown; null while the list is. */
  let hits = null;

  const box = h('input.input', {
    type: 'search', placeholder: 'Search what was said, or what it meant', 'aria-label': 'Search conversations', value: values.get('q') ?? '',
    oninput: () => {
      clearTimeout(timer);
      timer = setTimeout(refresh, pause);
    },
    onkeydown: (event) => {
      const first = list.querySelector('[data-row]');
      if (event.key === 'ArrowDown' && first) {
        event.preventDefault();
        first.focus();
      } else if (event.key === 'Enter' && first) {
        event.preventDefault();
        keep();
        first.click();
      }
    },
  });
  const query = () => ({
    person: filter.person, gaps: filter.gaps || null, from: filter.days ? new Date(Date.now() - filter.days * 86_400_000).toISOString() : null,
  });
  /** Keeps the search in the address. */
  const keep = () => {
    const words = new URLSearchParams(Object.entries({ q: box.value.trim(), ...filter }).filter(([, value]) => value));
    readdress('#/conversations' + (words.size ? `?${words}` : ''));
  };
  const count = () => hits?.length ?? list.querySelectorAll('.conv').length;
  /** Reads on to where the list was left, when somebody comes back to it, and goes there. */
  const comeBack = async () => {
    if (!before) return;
    for (let had = -1; next && count() > had && count() < before.count;) {
      had = count();
      await read(size());
      if (leaving.signal.aborted) return;
      // Another search has begun.
      if (request) break;
    }
    if (!request) {
      scrollTo(0, before.top);
      list.querySelector(`[href="${before.row}"]`)?.focus({ preventScroll: true });
    }
    before = null;
  };

  const append = (items) => {
    for (const conversation of items) {
      known.set(conversation.id, conversation);
      const itsDay = dayOf(conversation.started_at);
      if (itsDay !== day) {
        day = itsDay;
        group = h('div.convs', { role: 'list', 'aria-label': day });
        list.append(h('h2.day', day), group);
      }
      group.append(row(conversation));
    }
    amount.textContent = count() ? plural(count(), 'conversation') + (next ? ' and more' : '') : '';
  };
  const nothing = () => {
    if (!location.hash.includes('?')) {
      list.append(empty([6, 10, 14, 10, 6], 'No conversations yet', 'Say something, drop a file, or connect a client. What is said live is kept here.',
        h('a.btn.primary', { href: '#/live' }, 'Say something')));
    } else {
      list.append(empty([3, 8, 3, 8, 3], 'Nothing was found', 'Take away a filter.'));
    }
  };

  /** Reads the next page. */
  const read = (limit) => {
    const cursor = next, shown = hits, mine = request = new AbortController();
    next = null;
    return get(shown ? '/search' : '/conversations', { q: shown && box.value.trim(), ...query(), limit, cursor }, mine.signal).then((page) => {
      // Another search has begun meanwhile.
      if (mine !== request) return;
      next = page.next;
      if (shown) found([...shown, ...page.hits]);
      else append(page.conversations);
      // An end that stays near, because somebody scrolls on meanwhile, is told once more.
      more.unobserve(end);
      more.observe(end);
    }, () => { if (mine === request) next = cursor; }).finally(() => { if (mine === request) request = null; });
  };
  const more = new IntersectionObserver((entries) => {
    if (entries[0].isIntersecting && next && !request) read(pageSize);
  }, { rootMargin: '800px' });

  const show = (page) => {
    list.replaceChildren();
    [next, day, hits] = [page.next, '', null];
    append(page.conversations);
    if (!list.children.length) nothing();
  };

  /** Conversations with hits that no list has had, by their rows: those that come to the screen are asked for. */
  const unknown = new Map(), waiting = new Map();
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting || !unknown.has(target)) continue;
      if (!waiting.size) setTimeout(ask);
      waiting.set(unknown.get(target).id, target);
      seen.unobserve(target);
    }
  });
  const ask = () => {
    const rows = new Map(waiting);
    waiting.clear();
    get('/conversations', { ids: [...rows.keys()].join(',') }, leaving.signal).then((page) => {
      for (const conversation of page.conversations) {
        known.set(conversation.id, conversation);
        const place = rows.get(conversation.id), fresh = row(conversation, unknown.get(place)?.hits);
        // A row that has the keyboard keeps it.
        const hasFocus = place.contains(document.activeElement);
        if (place.isConnected) place.replaceWith(fresh);
        if (hasFocus) fresh.querySelector('[data-row]').focus();
      }
    }, () => {});
  };
  const hitRow = (id, hits) => {
    const { title, started_at } = hits[0];
    // A title may have changed since.
    if (known.has(id) && known.get(id).status !== 'in_progress') return row({ ...known.get(id), title }, hits);
    const element = row({ id, title, started_at, finished_at: started_at }, hits);
    unknown.set(element, { id, hits });
    seen.observe(element);
    return element;
  };

  const found = (all, spent) => {
    const focused = list.contains(document.activeElement) && document.activeElement.getAttribute('href');
    hits = all;
    list.replaceChildren();
    seen.disconnect();
    unknown.clear();
    const by = new Map(), near = isNear ? 'Nothing with these words. Near in meaning: ' : '';
    for (const hit of hits) {
      hit.isNear = isNear;
      by.set(hit.conversation_id, [...(by.get(hit.conversation_id) ?? []), hit]);
    }
    if (!by.size) {
      list.append(empty([3, 8, 3, 8, 3], 'Nothing was found', 'Search also finds what means the same. Try fewer words, or take away a filter.',
        h('button.btn', { onclick: clear }, 'Clear search')));
    } else {
      list.append(h(near ? 'h2.day' : 'h2.sr', near || 'Found'), h('div.convs', { role: 'list' }, [...by].map(([id, own]) => hitRow(id, own))));
    }
    // A row that has the keyboard keeps it.
    if (focused) list.querySelector(`[href="${focused}"]`)?.focus({ preventScroll: true });
    const more = next ? ' and more' : '', time = spent == null ? '' : `, ${Math.round(spent)} ms`;
    // A search that ends at its limit does not tell how many places there are.
    amount.textContent = `${near}${isCapped && !next ? 'The first ' : ''}${plural(hits.length, 'place')} in ${plural(by.size, 'conversation')}${more}${time}`;
  };

  async function refresh() {
    keep();
    request?.abort();
    const mine = request = new AbortController(), text = box.value.trim(), began = performance.now();
    try {
      if (filter.deleted) {
        next = null;
        const words = await showDeleted(list, text, refresh, () => mine === request);
        if (mine === request) amount.textContent = words;
      } else if (text) {
        const page = await get('/search', { q: text, limit: size(), ...query() }, mine.signal);
        if (mine === request) {
          next = page.next;
          isCapped = page.is_capped;
          isNear = page.words_found === false;
          found(page.hits, performance.now() - began);
        }
      } else {
        const page = await get('/conversations', { ...query(), limit: size() }, mine.signal);
        if (mine === request) show(page);
      }
      if (mine === request) {
        request = null;
        comeBack();
      }
    } catch (error) {
      if (error.name !== 'AbortError' && mine === request) list.replaceChildren(failure(error, refresh));
    } finally {
      if (mine === request) request = null;
    }
  }
  function clear() {
    box.value = '';
    box.focus();
    refresh();
  }

  const who = h('fieldset', { hidden: true });
  const only = (fieldset, input) => {
    for (const other of fieldset.querySelectorAll('input')) if (other !== input) other.checked = false;
  };
  const choice = (fieldset, words, isOn, set) => check(words, isOn, { onchange: (event) => {
    only(fieldset, event.target);
    set(event.target.checked);
    refresh();
  } });
  const when = h('fieldset', h('legend', 'When'));
  for (const [words, days] of [['Last day', 1], ['Last week', 7], ['Last month', 30]]) {
    when.append(choice(when, words, filter.days === days, (isOn) => { filter.days = isOn && days; }));
  }
  get('/people', {}, leaving.signal).then(({ people }) => {
    if (!people.length) return;
    who.hidden = false;
    who.append(h('legend', 'Who'), ...people.filter((person, place) => place < 200 || person.id === filter.person).map((person) =>
      choice(who, said(person.name), person.id === filter.person, (isOn) => { filter.person = isOn ? person.id : null; })));
  }, () => {});

  const broken = h('fieldset', h('legend', 'Only those with'), check('a gap', filter.gaps, { onchange: (event) => {
    filter.gaps = event.target.checked;
    refresh();
  } }));
  const gone = h('fieldset', h('legend', 'Can be restored'), check('Deleted', filter.deleted, { onchange: (event) => {
    // The list of what is deleted has neither people nor a time.
    who.disabled = when.disabled = broken.disabled = filter.deleted = event.target.checked;
    refresh();
  } }));
  who.disabled = when.disabled = broken.disabled = filter.deleted;
  const undo = undoLine(async (id) => {
    await refresh();
    (list.querySelector(`[href^="#/conversation/${id}"]`) ?? list).focus();
  });

  const end = h('div');
  root.append(h('div.head', h('div', h('h1', 'Conversations')), amount), ...[undo].filter(Boolean), ...[zoneSuggestion()].filter(Boolean),
    h('div.search.big', icon('search'), box, h('kbd.hide-s', '/')),
    h('div.library', h('details.filters', { open: !isNarrow() }, h('summary.only-s', 'Filters'),
      h('form.facets', { 'aria-label': 'Filters' }, who, when, broken, gone)), h('div', list, end)));
  more.observe(end);
  fill(list, () => get('/conversations', { limit: size() }, leaving.signal), (page) => {
    if (box.value || location.hash.includes('?')) return refresh();
    show(page);
    comeBack();
  });
  return () => {
    left.set(visit, before ?? { top: scrollY, row: document.activeElement.hash, count: count() });
    clearTimeout(timer);
    request?.abort();
    leaving.abort();
    more.disconnect();
    seen.disconnect();
  };
}
