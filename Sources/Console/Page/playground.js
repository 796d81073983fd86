// Playground: one clip through several engines, word by word.
import { send } from './api.js';
import { align, drawn } from './differences.js';
import { h, spoken } from './elements.js';
import { gateway, httpAddress } from './gateway.js';
import { icon } from './icons.js';
import { heightOf, openSound, wav } from './microphone.js';
import { bars } from './drawing.js';
import { busy, check, copy, failure, field, segments, tag } from './pieces.js';
import { wordsIn } from './writing.js';

/** Word error rate from which a result is marked. */
const poor = 0.06;

/** Has a clip recognised by one engine only. */
async function run(engine, clip) {
  const began = performance.now();
  const answer = await send(`/v1/listen?${new URLSearchParams({ engine, punctuate: 'true', smart_format: 'true' })}`,
    { method: 'POST', headers: { 'Content-Type': clip.type || 'application/octet-stream' }, body: clip });
  const { results, metadata } = await answer.json(), best = results.channels[0]?.alternatives[0];
  return {
    engine, text: best?.transcript ?? '', seconds: (performance.now() - began) / 1000, duration: metadata.duration,
    model: Object.values(metadata.model_info ?? {})[0]?.name ?? '',
  };
}

function article(result, reference) {
  if (result.error) return h('article', h('h3', result.engine), failure(result.error));
  const wanted = wordsIn(reference), { steps, errors } = align(wanted, wordsIn(result.text)), rate = errors / Math.max(1, wanted.length);
  return h('article', h('div.row.between', h('div', h('h3', result.engine), h('p.small.dim', result.model)),
    wanted.length ? tag(rate === 0 ? 'ok' : rate < poor ? '' : 'warn', `${(rate * 100).toFixed(1)} % WER`) : null),
  drawn(steps), h('dl.dl', h('dt', 'Took'), h('dd', `${result.seconds.toFixed(2)} s`),
    h('dt', 'Speech'), h('dd', `${result.duration.toFixed(1)} s, ${(result.duration / result.seconds).toFixed(0)}× real time`),
    h('dt', `Wrong, of ${wanted.length}`), h('dd', String(errors))));
}

const requests = (engines, name) => {
  const http = httpAddress(), list = engines.join(',') || 'local', auth = gateway.keyless ? '' : '-H "Authorization: Bearer KEY" ';
  return {
    curl: `curl ${auth}-H 'X-Harken-Engine: ${list}' \\\n  -F model=whisper-1 -F file=@${name} ${http}/v1/audio/transcriptions`,
    OpenAI: `client = OpenAI(api_key="KEY", base_url="${http}/v1")\nclient.audio.transcriptions.create(\n`
      + `    model="whisper-1", file=open("${name}", "rb"),\n    extra_headers={"X-Harken-Engine": "${list}"})`,
    Deepgram: `curl ${auth}--data-binary @${name} \\\n  '${http}/v1/listen?engine=${list}&punctuate=true'`,
    AssemblyAI: `aai.settings.base_url = "${http}"\naai.settings.api_key = "KEY"\naai.Transcriber().transcribe("${name}")`,
  };
};

export default function playground(root) {
  const names = gateway.engines.map(({ name }) => name);
  const chosen = new Set(gateway.engines.filter(({ state }) => state !== 'unavailable').map(({ name }) => name));
  const area = h('textarea.area', { rows: 3, oninput: () => draw() }), out = h('div.lanes3'), problem = h('div');
  const title = h('h2', spoken(), 'No clip yet'), level = bars('meter'), text = h('pre', { tabindex: 0, 'aria-label': 'The same request' });
  const go = h('button.btn.primary', { disabled: true }, 'Run'), record = h('button.btn.s', icon('live'), 'Record');
  const results = h('section.panel.flush', { 'aria-label': 'Results', 'aria-live': 'polite', hidden: true }, out);
  let clip = null, all = [], sound = null, packets = [], dialect = 'curl';

  const draw = () => {
    const reference = area.value.trim() || all.find((result) => !result.error)?.text || '';
    out.replaceChildren(...all.map((result) => article(result, reference)));
    results.hidden = !all.length;
  };
  const lines = () => { text.textContent = requests([...chosen], clip?.name || 'clip.wav')[dialect]; };
  const ready = () => {
    go.disabled = !clip || !chosen.size;
    go.textContent = chosen.size > 1 ? `Run on ${chosen.size} engines` : 'Run';
    title.textContent = clip?.name ?? 'No clip yet';
    lines();
  };
  const take = (file) => {
    if (!file) return;
    clip = file;
    all = [];
    draw();
    ready();
  };
  const stop = () => {
    if (!sound) return;
    sound.stop();
    sound = null;
    record.replaceChildren(icon('live'), 'Record');
    if (packets.length) take(new File([wav(packets)], 'recording.wav', { type: 'audio/wav' }));
  };
  const left = new AbortController();
  record.onclick = async () => {
    if (sound) return stop();
    record.disabled = true;
    packets = [];
    problem.replaceChildren();
    try {
      sound = await openSound('microphone', {
        signal: left.signal, onaudio: (packet) => packets.push(packet), onlevel: (value) => level.push(heightOf(value)), onend: stop,
      });
      record.replaceChildren(icon('stop'), 'Stop');
    } catch (error) {
      problem.replaceChildren(failure(error));
    } finally {
      record.disabled = false;
    }
  };
  go.onclick = () => busy(go, async () => {
    all = [];
    await Promise.all([...chosen].map(async (engine) => {
      const result = await run(engine, clip).catch((error) => ({ engine, error }));
      all = [...all, result].sort((a, b) => names.indexOf(a.engine) - names.indexOf(b.engine));
      draw();
    }));
  }, problem);
  const input = h('input.sr', { type: 'file', accept: 'audio/*,video/*', tabindex: -1, 'aria-hidden': 'true', onchange: () => take(input.files[0]) });
  const boxes = names.map((name) => check(name, chosen.has(name), { onchange: (event) => {
    if (event.target.checked) chosen.add(name); else chosen.delete(name);
    ready();
  } }));
  ready();
  root.append(h('div.head', h('div', h('h1', 'Playground'), h('p', 'One clip, several engines, word by word.'))),
    h('div.cols', h('section.panel.stack', h('div.row.between', title,
      h('div.row', h('button.btn.s', { onclick: () => input.click() }, 'Choose a file'), record)), level, input,
    field('What was really said (optional; without it, the first engine counts as right)', area), problem),
    h('section.stack', h('fieldset.stack.s', h('legend', 'Engines'), boxes), go,
      h('p.small.faint', 'Vendors charge for the clip, as they do for any recording.'))),
    results,
    h('section.sect', h('div.row', h('h2', 'The same request from your program'),
      segments('Dialect', Object.keys(requests([], '')).map((name) => [name, name]), dialect, (name) => {
        dialect = name;
        lines();
      }, true)), h('div.code', text, h('button.btn.s', { onclick: () => copy(text.textContent) }, icon('copy'), 'Copy'))));
  return () => {
    left.abort();
    stop();
  };
}
