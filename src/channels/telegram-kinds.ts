/** Fields of a message that say where, when, by whom and how it was sent. */
const ABOUT = words(`
  message_id message_thread_id is_topic_message direct_messages_topic from sender_chat sender_boost_count
  sender_business_bot sender_tag date edit_date chat business_connection_id via_bot author_signature guest_query_id
  guest_bot_caller_user guest_bot_caller_chat forward_origin forward_from forward_from_chat forward_from_message_id
  forward_signature forward_sender_name forward_date is_automatic_forward reply_to_message external_reply quote
  reply_to_story reply_to_checklist_task_id reply_to_poll_option_id reply_markup has_protected_content is_from_offline
  is_paid_post paid_star_count media_group_id has_media_spoiler show_caption_above_media suggested_post_info effect_id
  text caption entities caption_entities link_preview_options`);

/** What Telegram itself says in a chat: somebody came, something was pinned, a topic was opened. */
const SERVICE = words(`
  new_chat_members new_chat_member new_chat_participant left_chat_member left_chat_participant new_chat_title
  new_chat_photo delete_chat_photo group_chat_created supergroup_chat_created channel_chat_created chat_owner_left
  chat_owner_changed message_auto_delete_timer_changed migrate_to_chat_id migrate_from_chat_id pinned_message
  connected_website write_access_allowed proximity_alert_triggered boost_added chat_background_set gift_upgrade_sent
  checklist_tasks_done checklist_tasks_added poll_option_added poll_option_deleted direct_message_price_changed
  paid_message_price_changed forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened
  general_forum_topic_hidden general_forum_topic_unhidden giveaway_created giveaway_completed giveaway_winners
  suggested_post_approved suggested_post_approval_failed suggested_post_declined suggested_post_paid
  suggested_post_refunded video_chat_scheduled video_chat_started video_chat_ended video_chat_participants_invited
  voice_chat_scheduled voice_chat_started voice_chat_ended voice_chat_participants_invited managed_bot_created`);

/**
 * What a person sent, by the name of its field: `invoice`, `poll`, or something of tomorrow, which somebody should see.
 * Undefined for messages of the service, and where nothing is in the message.
 *
 * @see https://core.telegram.org/bots/api#message
 */
export function kindOf(message: unknown): string | undefined {
  const names = typeof message === 'object' && message !== null ? Object.keys(message) : [];
  if (names.some((name) => SERVICE.has(name))) return undefined;
  return names.find((name) => !ABOUT.has(name));
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}
