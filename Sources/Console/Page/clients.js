// How each client is pointed at this gateway: lines to copy, with this gateway's address marked.
import { gateway, httpAddress, socketAddress } from './gateway.js';
import { h } from './elements.js';
import { icon } from './icons.js';
import { copy } from './pieces.js';

/** Lines for each client: the text before the address, the address, the text after it. */
const snippets = () => {
  const http = httpAddress(), socket = socketAddress(), key = gateway.keyless ? 'any' : 'KEY';
  return {
    'OpenAI (Python)': [`client = OpenAI(api_key="${key}",\n    base_url="`, `${http}/v1`,
      '")\nclient.audio.transcriptions.create(\n    model="whisper-1", file=open("talk.mp3", "rb"))'],
    'Deepgram (Python)': ['at, ws = "', http, `", "${socket}"\nclient = DeepgramClient(api_key="${key}",\n`
      + '    environment=DeepgramClientEnvironment(\n        base=at, production=ws, agent=ws, agent_rest=at))'],
    'AssemblyAI (Python)': [`client = StreamingClient(StreamingClientOptions(\n    api_key="${key}", api_host="`, socket, '"))'],
    Soniox: [`client = SonioxClient(api_key="${key}",\n    websocket_base_url="`, `${socket}/transcribe-websocket`, '")'],
    Speechmatics: [`client = speechmatics.rt.AsyncClient(\n    api_key="${key}", url="`, `${socket}/v2`, '")'],
    LiveKit: [`stt = deepgram.STT(api_key="${key}",\n    base_url="`, `${http}/v1/listen`, '")'],
    Pipecat: [`stt = DeepgramSTTService(api_key="${key}",\n    base_url="`, socket, '")'],
    'Wearable or app': ['', `${socket}/v4/listen`, '?codec=opus&sample_rate=16000&language=en&ack=true'],
    curl: [`curl ${gateway.keyless ? '' : '-H "Authorization: Bearer KEY" '}-F model=whisper-1 -F file=@talk.mp3 \\\n  `,
      `${http}/v1/audio/transcriptions`, ''],
  };
};

const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** Returns the list of clients with the lines of the chosen one. */
export function clients() {
  const all = snippets(), names = Object.keys(all), text = h('pre', { tabindex: 0, 'aria-label': 'Lines for your program' });
  const tabs = h('div.tabs', { role: 'tablist', 'aria-label': 'Client', 'aria-orientation': 'vertical' });
  const panel = h('div.stack.s', { role: 'tabpanel', id: 'client' });
  let chosen;
  const pick = (name, isFocused) => {
    chosen = all[name];
    text.replaceChildren(chosen[0], h('span.hl', chosen[1]), chosen[2]);
    for (const tab of tabs.children) {
      const isChosen = tab.textContent === name;
      tab.setAttribute('aria-selected', isChosen);
      tab.tabIndex = isChosen ? 0 : -1;
      if (isChosen && isFocused) tab.focus();
    }
  };
  tabs.append(...names.map((name, index) => h('button', {
    role: 'tab', type: 'button', 'aria-controls': 'client', onclick: () => pick(name),
    onkeydown: (event) => {
      const by = steps[event.key];
      if (!by) return;
      event.preventDefault();
      event.stopPropagation();
      pick(names[(index + by + names.length) % names.length], true);
    },
  }, name)));
  panel.append(h('div.code', text, h('button.btn.s', { type: 'button', onclick: () => copy(chosen.join('')) }, icon('copy'), 'Copy')),
    h('p.small.faint', gateway.keyless ? 'Without keys any word will do as the key, and only programs on this machine are served.'
      : 'KEY is a key of this gateway, never a vendor’s.'));
  pick(names[0]);
  return h('div.clients', tabs, panel);
}
