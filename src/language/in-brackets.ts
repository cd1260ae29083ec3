/** What came along with a message, for whoever reads words alone: `[image]`, `[file] bill.pdf`. */
export const inBrackets = ({ type, fileName, label }: { type: string; fileName?: string; label?: string }): string =>
  [`[${type}]`, fileName ?? label].filter(Boolean).join(' ');
