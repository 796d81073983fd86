// Log in by key. The browser keeps a cookie for twelve hours, never the key.
import { CallError, post } from './api.js';
import { begin } from './app.js';
import { h } from './elements.js';
import { icon, logo } from './icons.js';
import { busy, field } from './pieces.js';

const words = (error) => {
  if (error.status === 401) return 'This gateway does not know that key. It may have been revoked or have expired.';
  if (error.status === 429) return 'Too many wrong keys came from this address. Wait a minute, then try again.';
  if (error.isMissing) return 'This gateway is older than the page and has no login. Its clients send the key with each request.';
  return error.message;
};

/** The form that logs in. @param {() => Promise} done called after it */
export function loginForm(done) {
  const key = h('input.input', { type: 'password', autocomplete: 'current-password', name: 'key', spellcheck: 'false', placeholder: 'hk_…' });
  const problem = h('p.err', { id: 'login-problem', role: 'alert', hidden: true }), button = h('button.btn.primary', 'Log in');
  const refuse = (text) => {
    problem.hidden = false;
    problem.textContent = text;
    key.setAttribute('aria-invalid', 'true');
    key.setAttribute('aria-describedby', problem.id);
    key.focus();
  };
  const submit = (event) => {
    event.preventDefault();
    if (!key.value.trim()) return refuse('Paste a key first.');
    busy(button, async () => {
      try {
        await post('/login', { key: key.value.trim() });
      } catch (error) {
        if (!(error instanceof CallError)) throw error;
        return refuse(words(error));
      }
      key.value = '';
      await done();
    });
  };
  const entry = field('Key', key);
  entry.append(problem);
  return h('form.stack', { onsubmit: submit }, entry, button);
}

export default function login(root, _, values) {
  root.classList.add('wide', 'flat');
  const form = loginForm(async () => {
    history.replaceState(null, '', '#/' + (values.get('to') || 'start'));
    await begin();
  });
  root.append(h('div.login', h('div', h('span.brand', logo(), 'Harken'), h('h1', 'Log in'), form,
    h('p.small.dim', icon('keys'), ' The operator makes keys with ', h('code', 'harken keys create'),
      '. The browser keeps a login for twelve hours, not the key.'))));
  queueMicrotask(() => form.querySelector('input').focus());
}
