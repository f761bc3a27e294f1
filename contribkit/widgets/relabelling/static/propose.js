// Export of a label log: a file, and GitHub's own pages, which need no token.

const LONGEST = 6000; // bytes of an address that GitHub and browsers surely take

/** Return an address of a repository's pages, or null for what is no `owner/repo`. */
function page(repository, action, path) {
  if (!/^[\w.-]+\/[\w.-]+$/.test(repository ?? "")) return null;
  return `https://github.com/${repository}/${action}/${path}`;
}

/** Return GitHub's new-file page filled in, or its upload page where the log is too long for an address. */
export function propose(repository, path, text) {
  const folder = path.split("/").slice(0, -1).map(encodeURIComponent).join("/");
  const query = new URLSearchParams({ filename: path, value: text });
  const filled = page(repository, "new", `main?${query}`);
  if (!filled) return null;
  if (filled.length < LONGEST) return { url: filled, upload: false };
  return { url: page(repository, "upload", `main/${folder}`), upload: true };
}

/** Give the person a file. */
export function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/x-ndjson" }));
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
