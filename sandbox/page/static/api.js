// Talks HTTP to the sandbox. A POST always answers an object with `ok` and `error`, whatever went wrong.

export async function get(path) {
  const response = await fetch(path);
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
}

export async function post(path, body) {
  let response;
  try {
    response = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    return { ok: false, error: "sandbox_unreachable" };
  }
  const text = await response.text();
  try {
    return JSON.parse(text);
  } catch {
    return { ok: false, error: `HTTP ${response.status}: ${text.slice(0, 200)}` };
  }
}
