import { Migration } from '@mikro-orm/migrations';

/** Which FAQs a contact was offered to choose from. On the conversation, because its row is locked while a turn is decided. */
export class Migration20261126000012 extends Migration {
  override readonly name = 'Migration20261126000012_faq_offers';

  override up(): void {
    this.addSql('alter table conversations add faq_offer jsonb');
  }
}
