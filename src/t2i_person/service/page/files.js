// Texts in UTF-8 or, as older Russian files are, windows-1251; and our own portraits, which carry their text.

const LARGEST = 1 << 20; // bytes of text
const LARGEST_PICTURE = 64 << 20, LARGEST_RECORD = 16 << 20;

/** {text}, {text, seed}, or {error: a word of `words.js`}. */
export async function openFile(file) {
  if (file.size > LARGEST_PICTURE) return { error: "bigFile" };
  const data = new Uint8Array(await file.arrayBuffer());
  if (data[0] === 0x89 && data[1] === 0x50) return (await record(data).catch(() => null)) ?? { error: "badFile" };
  if (data.length > LARGEST) return { error: "bigFile" };
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(data);
  } catch {
    text = new TextDecoder("windows-1251").decode(data);
  }
  if (/[\0-\x08\x0e-\x1f]/.test(text) || !text.trim()) return { error: "badFile" };
  return { text: text.replace(/\r\n?/g, "\n") };
}

/** Text and seed from the iTXt chunk of a PNG that was drawn here. */
async function record(data) {
  const view = new DataView(data.buffer);
  for (let at = 8; at + 12 <= data.length; ) {
    const length = view.getUint32(at), body = data.subarray(at + 8, at + 8 + length);
    if (ascii(data, at + 4, 4) === "iTXt" && ascii(body, 0, 11) === "t2i-person\0") {
      const packed = body.subarray(15); // after the keyword: flag, method, two empty strings
      const said = JSON.parse(new TextDecoder().decode(await inflate(packed)));
      return { text: String(said.text), seed: Number(said.settings.request_seed) || 0 };
    }
    at += 12 + length;
  }
  return null;
}

const ascii = (data, from, length) => String.fromCharCode(...data.subarray(from, from + length));

async function inflate(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate")).getReader(), parts = [];
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    if ((size += value.length) > LARGEST_RECORD) throw new Error("too large");
  }
  return new Blob(parts).arrayBuffer();
}
