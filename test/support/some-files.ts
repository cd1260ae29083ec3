import { deflateSync } from 'node:zlib';

/** A picture of one pixel, with whatever is put behind it. */
export const png = (more = ''): Buffer => {
  const header = Buffer.from('00000001000000010806000000', 'hex');
  const pixel = deflateSync(Buffer.alloc(5));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', pixel),
    chunk('IEND', Buffer.alloc(0)),
    Buffer.from(more),
  ]);
};

export const pdf = (): Buffer => Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n');

/** Nothing that anybody would know, and no text. */
export const noise = (bytes: number): Buffer => Buffer.alloc(bytes, Buffer.from('0011ffc0fe', 'hex'));

function chunk(name: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  // Nobody looks at the sum.
  return Buffer.concat([length, Buffer.from(name), data, Buffer.alloc(4)]);
}
