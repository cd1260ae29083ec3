/** A session ends so long after its last use, which is noted once a day; and so long after the log-in: Migration 23. */
export const SESSION_DAYS = { idle: 7, renewed: 1, most: 30 };

const times = { createdAt: 'created_at', updatedAt: 'updated_at' };

/** Names of the migrations' tables and columns. */
export const tables = {
  user: { modelName: 'users', fields: { ...times, emailVerified: 'email_verified' } },
  session: {
    modelName: 'auth_sessions',
    fields: {
      ...times,
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
    },
    cookieCache: { enabled: false },
    expiresIn: SESSION_DAYS.idle * 24 * 3_600,
    updateAge: SESSION_DAYS.renewed * 24 * 3_600,
  },
  account: {
    modelName: 'auth_accounts',
    fields: {
      ...times,
      userId: 'user_id',
      accountId: 'account_id',
      providerId: 'provider_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
    },
    updateAccountOnSignIn: false,
    accountLinking: { enabled: true, requireLocalEmailVerified: false },
  },
  verification: {
    modelName: 'auth_verifications',
    fields: { ...times, expiresAt: 'expires_at' },
    storeIdentifier: 'hashed',
  },
} as const;

export const twoFactorTable = {
  user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
  twoFactor: {
    modelName: 'auth_two_factors',
    fields: {
      userId: 'user_id',
      backupCodes: 'backup_codes',
      failedVerificationCount: 'failed_verification_count',
      lockedUntil: 'locked_until',
    },
  },
};
