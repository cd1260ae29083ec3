/** Where a message stands: a chat, in a forum with one of its topics. */
interface Place {
  chat: { id: string };
  message_thread_id?: string | undefined;
  is_topic_message?: boolean | undefined;
}

/**
 * The thread of a message: `<chat>`, or `<chat>:<topic>` in a topic of a forum. Messages in the topic "General" name
 * none. Without `is_topic_message` the number is only that of a chain of replies.
 */
export const threadOf = ({ chat, message_thread_id: topic, is_topic_message: isInTopic }: Place): string =>
  isInTopic && topic !== undefined ? `${chat.id}:${topic}` : chat.id;

/** The chat of a thread, and its topic. */
export function placeOf(thread: string): { chat: string; topic?: string } {
  const [, chat, topic] = /^(.+):(\d+)$/.exec(thread) ?? [];
  return chat === undefined || topic === undefined ? { chat: thread } : { chat, topic };
}
