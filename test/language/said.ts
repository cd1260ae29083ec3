/** What people say in one language, by what must be made of it: several messages a line, between bars. */
export interface Said {
  human: string;
  notHuman: string;
  yes: string;
  no: string;
  unclear: string;
  frustrated: string;
  calm: string;
}

/** The single messages of a block. */
export const said = (messages: string) =>
  messages
    .split(/[|\n]/)
    .map((message) => message.trim())
    .filter((message) => message !== '');
