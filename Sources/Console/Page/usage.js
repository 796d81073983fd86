// Usage: minutes and money by day and provider, with a forecast.
import { get } from './api.js';
import { h, isNarrow, s } from './elements.js';
import { count, length, money } from './figures.js';
import { empty, fill, note, segments } from './pieces.js';
import { colorOf } from './voices.js';

/** Days from which the forecast is made. */
const recent = 7;
const dayNames = (day) => new Date(day + 'T12:00:00Z').toLocaleDateString('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

/** Adds up rows by a key. */
function sums(rows, keyOf) {
  const all = new Map();
  for (const row of rows) {
    const key = keyOf(row), sum = all.get(key) ?? { seconds: 0, runs: 0, failed: 0, cost: 0, isPriced: true };
    sum.seconds += row.audio_seconds;
    sum.runs += row.runs;
    sum.failed += row.failed;
    sum.cost += row.cost ?? 0;
    sum.isPriced &&= row.cost != null;
    all.set(key, sum);
  }
  return all;
}

/** The days of a month up to its end, as `2026-11-01`. */
function daysOf(month) {
  const last = new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth() + 1, 0)).getUTCDate();
  return Array.from({ length: last }, (_, index) =>
    new Date(Date.UTC(month.getUTCFullYear(), month.getUTCMonth(), index + 1)).toISOString().slice(0, 10));
}

/** A round number that is at least this. */
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1e-6)));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value);
}

/** The chart: bars stacked by provider, dashes for what is forecast. */
function chart(kind, days, providers, valueOf, forecast, point) {
  const width = isNarrow() ? 360 : 880, height = 236, left = 44, foot = 24, step = (width - left) / days.length;
  const tallest = Math.max(...days.map((day) => providers.reduce((sum, provider) => sum + valueOf(day, provider), 0)), forecast, 1e-6);
  const top = roundUp(tallest * 1.05), y = (value) => height - foot - value / top * (height - foot - 14);
  const words = (value) => (kind === 'money' ? '$' + Number(value.toPrecision(3)) : String(Number(value.toPrecision(3))));
  const picture = s('svg', {
    class: 'plot', viewBox: `0 0 ${width} ${height}`, role: 'img',
    'aria-label': `${kind === 'money' ? 'Dollars' : 'Minutes'} by day and provider; the table below has the sums`,
  });
  for (const part of [0, 0.25, 0.5, 0.75, 1]) {
    picture.append(s('line', { class: 'axis', x1: left, x2: width, y1: y(top * part), y2: y(top * part) }),
      s('text', { x: left - 8, y: y(top * part) + 4, 'text-anchor': 'end' }, words(top * part)));
  }
  days.forEach((day, index) => {
    let at = 0;
    providers.forEach((provider, order) => {
      const value = valueOf(day, provider);
      if (!value) return;
      picture.append(s('rect', {
        class: `b k${colorOf(order)}`, x: left + index * step + step * 0.14, width: step * 0.72, y: y(at + value),
        height: Math.max(0.5, y(at) - y(at + value) - 1), rx: 1,
      }));
      at += value;
    });
    picture.append(s('rect', { class: 'hot', x: left + index * step, width: step, y: 0, height: height - foot, onpointerenter: () => point(day) }));
    if (index % 7 === 0) picture.append(s('text', { x: left + (index + 0.5) * step, y: height - 6, 'text-anchor': 'middle' }, dayNames(day)));
  });
  const today = days.indexOf(new Date().toISOString().slice(0, 10)) + 1;
  if (forecast && today < days.length) {
    picture.append(s('path', { class: 'f', d: `M${left + today * step} ${y(forecast)}L${width} ${y(forecast)}` }),
      s('text', { x: width, y: y(forecast) - 7, 'text-anchor': 'end' }, 'forecast'));
  }
  return picture;
}

function show(root, rows) {
  if (!rows.length) {
    root.append(empty([3, 3, 3, 3, 3], 'Nothing was recognised this month', 'Minutes and money appear here with the first recording or session.',
      h('a.btn.primary', { href: '#/start' }, 'Drop a recording')));
    return;
  }
  const days = daysOf(new Date()), byCell = sums(rows, (row) => `${row.day} ${row.provider}`), byProvider = sums(rows, (row) => row.provider);
  const total = sums(rows, () => '').get(''), providers = [...byProvider.keys()].sort((a, b) => byProvider.get(b).seconds - byProvider.get(a).seconds);
  const past = days.slice(0, days.indexOf(new Date().toISOString().slice(0, 10)) + 1), lately = past.slice(-recent);
  const cell = (day, provider) => byCell.get(`${day} ${provider}`);
  const values = { money: (day, provider) => cell(day, provider)?.cost ?? 0, minutes: (day, provider) => (cell(day, provider)?.seconds ?? 0) / 60 };
  const mean = (valueOf) => lately.reduce((sum, day) => sum + providers.reduce((part, provider) => part + valueOf(day, provider), 0), 0) / lately.length;
  const place = h('div'), tip = h('p.small.dim', { role: 'status' }, 'Point at a day for its figures. Days are in UTC.');
  const point = (day) => {
    const parts = providers.filter((provider) => cell(day, provider))
      .map((provider) => `${provider} ${length(cell(day, provider).seconds)}, ${money(cell(day, provider).cost)}`);
    tip.textContent = `${dayNames(day)}: ${parts.join('; ') || 'nothing'}`;
  };
  const draw = (kind) => place.replaceChildren(chart(kind, days, providers, values[kind], mean(values[kind]), point));
  const first = total.cost > 0 ? 'money' : 'minutes', forecast = total.cost + mean(values.money) * (days.length - past.length);
  const share = (byProvider.get('local')?.seconds ?? 0) / Math.max(total.seconds, 0.001);
  const figures = [[money(total.cost), total.isPriced ? 'so far' : 'so far, where a price is known'], [money(forecast), 'by the end of the month'],
    [length(total.seconds), 'recognised'], [`${Math.round(share * 100)} %`, 'on this machine']];
  draw(first);
  root.append(h('div.row.between', h('div.figs', figures.map(([value, words]) => h('div.fig', h('b', value), h('span', words)))),
    segments('What the chart shows', [['money', 'Money'], ['minutes', 'Minutes']], first, draw)),
  h('section.stack.s', { 'aria-label': 'By day' }, place,
    h('div.row.between', h('div.legend', providers.map((provider, order) => h('span', h(`i.k${colorOf(order)}`), provider))), tip)),
  h('section.sect', h('h2', 'By provider and model'), table(rows)));
}

/** The operator's limits, with what is used of them. An older gateway tells of none. */
function budgets(all) {
  const amount = ({ what }, value) => (what === 'cost' ? money(value) : length(value));
  return h('section.sect', h('h2', 'Budgets'), h('p.small.dim', 'At a limit, only engines that cost nothing serve.'),
    all.map((budget) => {
      const words = `${budget.of === 'key' ? 'This key' : 'You'}, each ${budget.each}`, share = budget.used / Math.max(budget.limit, 1e-9) * 100;
      return h('div.stack.s', h('div.row.between', h('span', words),
        h('span.num', `${amount(budget, budget.used)} of ${amount(budget, budget.limit)}`)),
      h('div.bar' + (share >= 100 ? '.over' : ''), {
        role: 'meter', 'aria-label': words, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': Math.round(Math.min(100, share)),
      }, h('i', { vars: { v: Math.min(100, share) } })));
    }));
}

function table(rows) {
  const all = sums(rows, (row) => JSON.stringify([row.provider, row.model ?? '', row.workload]));
  const columns = ['Provider', 'Model', 'Workload', 'Minutes', 'Runs', 'Failed', 'Cost'];
  return h('table.table.cards', h('thead', h('tr', columns.map((words, index) => h('th' + (index > 2 ? '.num' : ''), { scope: 'col' }, words)))),
    h('tbody', [...all].sort((a, b) => b[1].seconds - a[1].seconds).map(([key, sum]) => {
      const [provider, model, workload] = JSON.parse(key);
      return h('tr', h('td.full.strong', { 'data-l': '' }, provider), h('td.dim', { 'data-l': 'Model' }, model || '–'),
        h('td.dim', { 'data-l': 'Workload' }, workload), h('td.num', { 'data-l': 'Minutes' }, (sum.seconds / 60).toFixed(1)),
        h('td.num', { 'data-l': 'Runs' }, count(sum.runs)), h('td.num' + (sum.failed ? '.bad' : ''), { 'data-l': 'Failed' }, count(sum.failed)),
        h('td.num', { 'data-l': 'Cost' }, sum.isPriced ? money(sum.cost) : '–'));
    })));
}

export default function usage(root) {
  const month = new Date().toLocaleDateString('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' }), body = h('div.stack.l');
  root.append(h('div.head', h('div', h('h1', 'Usage'),
    h('p', `${month} to today. Costs are estimates from the gateway’s table of rates; this machine costs nothing.`))), body);
  fill(body, () => get('/usage', { since: new Date().toISOString().slice(0, 8) + '01', by: 'day' }), ({ rows, budgets: limits, rates }) => {
    show(body, rows);
    const used = new Set(rows.map((row) => row.provider)), old = (rates ?? []).filter((rate) => rate.old && used.has(rate.provider));
    if (old.length) {
      body.append(note('warn', `${old.length === 1 ? 'One price was' : `${old.length} prices were`} read more than 180 days ago`,
        `The oldest on ${old.map((rate) => rate.read).sort()[0]}. The operator compares prices with the vendors’ pages: harken prices.`));
    }
    if (limits?.length) body.append(budgets(limits));
  });
}
