// The server's doors: JSON in and out, every failure an `ApiError` with a code.

export class ApiError extends Error {
  constructor(code, detail = "", retry = 5) {
    super(detail || code);
    Object.assign(this, { code, detail, retry });
  }
}

let key = "";
try { key = localStorage.getItem("t2i.key") || ""; } catch { /* storage is off: the key is asked for again */ }

export function setKey(value) {
  key = value.trim();
  try { localStorage.setItem("t2i.key", key); } catch { /* as above */ }
}

export async function call(method, path, body, signal) {
  const headers = { Accept: "application/json" };
  if (key) headers["X-API-Key"] = key;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  let answer;
  try {
    answer = await fetch(path, { method, headers, signal, cache: "no-store", body: body && JSON.stringify(body) });
  } catch (error) {
    throw error.name === "AbortError" ? error : new ApiError("dead");
  }
  if (answer.status === 204) return null;
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said;
  const retry = Number(answer.headers.get("Retry-After")) || 5;
  throw new ApiError(said.code || ({ 401: "no_key", 404: "not_found", 413: "too_large", 429: "queue_full", 503: "stopping" }[answer.status] ?? "failed"), said.detail, retry);
}

/** An address of an answer, from where the page is: right also below a prefix that the server was not told. */
export const below = (url) => url.slice(url.indexOf("/v1/") + 1);

export async function bytes(path) {
  const answer = await fetch(path, { headers: key ? { "X-API-Key": key } : {} }).catch(() => { throw new ApiError("dead"); });
  if (!answer.ok) throw new ApiError(answer.status === 404 ? "not_found" : "failed");
  return new Uint8Array(await answer.arrayBuffer());
}
