/** Files that came with a message: pictures are shown, others offered to be saved. */

const PICTURES = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'];

/** Puts a message's files below its words. Names are only ever words. */
export function showFiles(node, { text, attachments = [] }) {
  if (attachments.length === 0) return;
  node.querySelector('.words').hidden = text === '';
  node.append(...attachments.map(fileOf));
}

function fileOf({ url, fileName, mimeType, sizeBytes }) {
  // From this very host, whatever name people know it by: the page takes pictures from nowhere else.
  const link = Object.assign(document.createElement('a'), {
    href: new URL(url).pathname,
    className: 'file',
    dir: 'auto',
  });
  Object.assign(link, { target: '_blank', rel: 'noopener' });
  if (PICTURES.includes(mimeType)) {
    link.append(Object.assign(document.createElement('img'), { src: link.href, alt: fileName }));
  } else {
    link.download = fileName;
    link.textContent = `${fileName} (${sizeOf(sizeBytes)})`;
  }
  return link;
}

const sizeOf = (bytes) =>
  bytes < 1_000_000
    ? `${Math.ceil(bytes / 1_000)} kB`
    : `${(bytes / 1_000_000).toLocaleString([], { maximumFractionDigits: 1 })} MB`;
