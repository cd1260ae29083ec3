import { randomBytes } from 'node:crypto';
import type { MikroORM } from '@mikro-orm/postgresql';
import { Membership } from '../entities/membership.ts';
import { newId } from '../id.ts';
import { findTenantBySlug, userIdFor } from './as-system.ts';
import { createTenant, insertChannel, type NewTenant } from './provision.ts';
import type { KeyRing } from './secrets.ts';

/** Two businesses to try the product with: one that asks before it hands over, one that does so at once. */
export const demoTenants: (NewTenant & { siteName: string })[] = [
  {
    slug: 'coffee_shop_123',
    name: 'Coffee Shop',
    siteName: 'Coffee Shop',
    systemMessage:
      'You are a friendly coffee shop assistant. Help customers with orders, menu questions, and store hours.',
    handoverMode: 'ask',
    language: 'en',
    thresholds: { response_timeout: 30, max_responses: 5 },
    faqs: [
      {
        question: 'What are your opening hours?',
        answer: 'We open 7am-9pm daily',
        keywords: 'hours, opening, time',
      },
      {
        question: 'Do you have vegan options?',
        answer: 'Yes! We offer oat milk, almond milk, and vegan pastries',
        keywords: 'vegan, dairy-free, plant-based',
      },
    ],
  },
  {
    slug: 'tech_support_456',
    name: 'Tech Support',
    siteName: 'Tech Support',
    systemMessage:
      'You are a technical support specialist. Help users with software issues, account problems, and technical questions.',
    handoverMode: 'immediate',
    language: 'en',
    thresholds: { response_timeout: 60, max_responses: 10, escalation_threshold: 0.8 },
    faqs: [
      {
        question: 'How do I reset my password?',
        answer: 'Go to login page and click "Forgot Password"',
        keywords: 'password, reset, forgot',
      },
      {
        question: 'Why is my app crashing?',
        answer: 'Try clearing cache and restarting the app',
        keywords: 'crash, error, restart, cache',
      },
    ],
  },
];

/** Key of a demo tenant's web chat: known, so that the start page can link to it. */
export const demoChatKey = (slug: string) => `demo-${slug}`;
export const demoManager = { email: 'manager@demo.invalid', name: 'Demo Manager' };

/**
 * Makes the demo tenants that do not exist yet, each with its web chat and its manager in one transaction: one that is
 * there is whole, and what somebody has taken away from it since does not come back.
 */
export async function seedDemo(orm: MikroORM, keys: KeyRing): Promise<void> {
  for (const { siteName, ...tenant } of demoTenants) {
    const isThere = async () => (await findTenantBySlug(orm, tenant.slug)) !== null;
    if (await isThere()) continue;
    const userId = await userIdFor(orm, { id: newId(), ...demoManager });
    try {
      await createTenant(orm, tenant, async (em, tenantId) => {
        await em.insert(Membership, { tenantId, userId, role: 'manager', status: 'active' });
        await insertChannel(em, keys, tenantId, {
          kind: 'webchat',
          name: 'Web chat',
          key: demoChatKey(tenant.slug),
          config: { siteName, allowedOrigins: [], visitorSecret: randomBytes(32).toString('base64url') },
        });
      });
    } catch (error) {
      // Another process that starts at this moment was first.
      if (!(await isThere())) throw error;
    }
  }
}
