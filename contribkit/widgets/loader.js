const packed = Uint8Array.from(atob("PACKED"), (letter) => letter.charCodeAt(0));
const unpacked = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
const places = {};
for (const [name, source] of await new Response(unpacked).json()) {
  const text = source.replace(/from "\.\/(\w+)\.js"/g, (_, needed) => `from "${places[needed]}"`);
  places[name] = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
}
export default await import(places.ENTRY);
for (const place of Object.values(places)) URL.revokeObjectURL(place);
