// A ZIP of files that are packed already (PNG): stored, not deflated. PKWARE APPNOTE 6.3.10, sections 4.3 and 4.4.

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

export function crc32(data) {
  let value = -1;
  for (const byte of data) value = TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}

/** Blob of a ZIP with these [name, Uint8Array] pairs. */
export function zip(files) {
  const parts = [], directory = [];
  let at = 0;
  for (const [name, data] of files) {
    const label = new TextEncoder().encode(name), sum = crc32(data);
    const common = [20, 0x0800, 0, 0, 0x21, sum, data.length, data.length, label.length, 0]; // UTF-8 names; 1 January 1980
    const widths = [2, 2, 2, 2, 2, 4, 4, 4, 2, 2];
    parts.push(fields([0x04034b50, ...common], [4, ...widths]), label, data);
    directory.push(fields([0x02014b50, 20, ...common, 0, 0, 0, 0, at], [4, 2, ...widths, 2, 2, 2, 4, 4]), label);
    at += 30 + label.length + data.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = fields([0x06054b50, 0, 0, files.length, files.length, size, at, 0], [4, 2, 2, 2, 2, 4, 4, 2]);
  return new Blob([...parts, ...directory, end], { type: "application/zip" });
}

function fields(values, widths) {
  const out = new Uint8Array(widths.reduce((a, b) => a + b)), view = new DataView(out.buffer);
  let at = 0;
  values.forEach((value, i) => {
    widths[i] === 2 ? view.setUint16(at, value, true) : view.setUint32(at, value, true);
    at += widths[i];
  });
  return out;
}
