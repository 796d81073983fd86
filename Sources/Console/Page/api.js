// Calls of the gateway's API. Everything that a page knows of the gateway comes through here.

/** An answer that is an error, or none at all (`status` 0). */
export class CallError extends Error {
  /**
   * @param {number} status 0: the gateway did not answer
   * @param {string} code the API's word for the error
   * @param {string} message a sentence for people
   */
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** True if this gateway does not have the operation: an older one. */
  get isMissing() { return this.status === 404 || this.status === 405 || this.status === 501; }
}

/** Tells the shell: `unauthenticated` when a call was refused for want of a login, `lost` when the gateway does not answer. */
export const signals = new EventTarget();

const errorOf = async (answer) => {
  let error = {};
  try {
    const body = await answer.json();
    error = body.error ?? body;
  } catch {
    // Not JSON: the status says enough.
  }
  const message = typeof error === 'string' ? error : error.message ?? error.err_msg ?? `The gateway answered ${answer.status}.`;
  return new CallError(answer.status, error.code ?? '', message);
};

/** How requests are sent: with `keepalive` they go on when the page has gone. */
export const leaving = { keepalive: false };

/** Milliseconds between two looks at an upload. While the machine sleeps there are none: that time does not count. */
const look = 5000;
/**
 * Looks without a sign of life after which an upload has failed: while bytes are left, and when the gateway has all and keeps them. What it then does with
 * them may take any time, if the request is one `ofLongWork`.
 */
const patience = 12, patienceAtEnd = 60;

/**
 * Sends as `fetch` does, and tells how much has gone, which `fetch` does not. An upload whose connection died without a word, as in the sleep of a machine,
 * fails: a browser may wait for it without end.
 */
const upload = (told) => (path, { method, body, signal, ofLongWork }) => new Promise((done, fail) => {
  if (signal.aborted) return fail(signal.reason);
  const request = new XMLHttpRequest();
  let looks = 0, isSent = false;
  const watch = setInterval(() => {
    if (++looks >= (isSent ? patienceAtEnd : patience) && !(isSent && ofLongWork)) request.abort();
  }, look);
  request.upload.onprogress = (event) => {
    looks = 0;
    told(event);
  };
  request.upload.onload = () => {
    looks = 0;
    isSent = true;
  };
  request.onloadend = () => clearInterval(watch);
  request.onload = () => done(new Response(request.response, request));
  request.onerror = request.onabort = () => fail(signal.reason ?? {});
  signal.onabort = () => request.abort();
  request.open(method, path);
  request.send(body);
});

/**
 * Sends a request.
 * @param {string} path from the gateway's root
 * @param {RequestInit} init as for `fetch`
 * @param {(event: ProgressEvent) => void} [told] is told how many bytes of how many have gone
 * @returns {Promise<Response>} an answer that is not an error
 */
export async function send(path, init = {}, told) {
  let answer;
  try {
    answer = await (told ? upload(told) : fetch)(path, { credentials: 'same-origin', ...leaving, ...init });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    signals.dispatchEvent(new Event('lost'));
    throw new CallError(0, 'lost', 'The gateway does not answer.');
  }
  if (answer.ok) return answer;
  const error = await errorOf(answer);
  if (error.status === 401) signals.dispatchEvent(new Event('unauthenticated'));
  throw error;
}

const query = (values) => {
  const all = Object.entries(values ?? {}).filter(([, value]) => value != null && value !== '');
  return all.length ? '?' + new URLSearchParams(all) : '';
};

/** The address of an operation of `/api/v1`, with its query. */
export const address = (path, values) => '/api/v1' + path + query(values);

const json = async (answer) => (answer.status === 204 ? null : answer.json());
const withBody = (method) => async (path, body) =>
  json(await send(address(path), { method, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body ?? {}) }));

/**
 * Reads an operation of `/api/v1`.
 * @param {string} path below `/api/v1`
 * @param {object} values of the query; those that are null are left out
 * @param {AbortSignal} signal
 */
export const get = async (path, values, signal) => json(await send(address(path, values), { signal }));

/** Calls an operation of `/api/v1` with a JSON body. */
export const post = withBody('POST'), patch = withBody('PATCH'), put = withBody('PUT');

/** Deletes something. */
export const remove = async (path) => json(await send(address(path), { method: 'DELETE' }));

/**
 * Returns what a call returns, or null when this gateway does not have the operation or the caller may not use it.
 * @param {Promise} call
 */
export async function optional(call) {
  try {
    return await call;
  } catch (error) {
    if (error instanceof CallError && (error.isMissing || error.status === 403)) return null;
    throw error;
  }
}
