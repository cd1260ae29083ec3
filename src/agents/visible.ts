/** Who looks, as far as agents are concerned. */
export interface Viewer {
  tenantId: string;
  /** Null for a program: it owns nothing. */
  userId: string | null;
  /** Whether the people of the tenant share agents: the feature agent_sharing. */
  isSharing: boolean;
  /** Looks after all agents of the tenant: its owners and admins, and programs that may write agents. */
  managesAll: boolean;
  /** Answers for the tenant: sees also those that nobody owns, which were made at the command line. */
  answers: boolean;
}

/** Of an agent, what decides who sees it. */
export interface Owned {
  tenantId: string;
  isActive: boolean;
  ownerUserId?: string | null;
  isPublic: boolean;
}

/**
 * Whether `viewer` sees the agent: of the same tenant, active, and own or public. Besides, whoever looks after all agents
 * of a tenant sees them all, and whoever answers for it sees what nobody owns. Another tenant's is seen by nobody.
 */
export const isVisible = (agent: Owned, viewer: Viewer): boolean =>
  agent.tenantId === viewer.tenantId &&
  agent.isActive &&
  (isOwn(agent, viewer) ||
    (agent.isPublic && viewer.isSharing) ||
    viewer.managesAll ||
    (isOwnerless(agent) && viewer.answers));

/** The same as a condition for the database; see `isVisible`. */
export const visibleTo = ({ tenantId, userId, isSharing, managesAll, answers }: Viewer) => ({
  tenantId,
  isActive: true,
  ...(!managesAll && {
    $or: [
      // Nobody's id is null, and a row without an owner must not be found by it.
      { ownerUserId: { $in: userId === null ? [] : [userId] } },
      ...(isSharing ? [{ isPublic: true }] : []),
      ...(answers ? [{ ownerUserId: null }] : []),
    ],
  }),
});

/** Whether `viewer` may change or delete the agent: its owner, and whoever looks after all of the tenant's. */
export const mayChange = (agent: Owned, viewer: Viewer): boolean =>
  isVisible(agent, viewer) && (isOwn(agent, viewer) || viewer.managesAll);

export const isOwn = (agent: Owned, { userId }: Pick<Viewer, 'userId'>): boolean =>
  userId !== null && agent.ownerUserId === userId;

const isOwnerless = ({ ownerUserId }: Owned) => ownerUserId === null || ownerUserId === undefined;
