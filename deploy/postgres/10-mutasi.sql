-- Roles and databases of a new PostgreSQL server; run once, as the superuser, when its data directory is made.
-- On a server of your own: set the three variables and run it with `psql -v ON_ERROR_STOP=1 -f`.
\getenv owner_password MUTASI_OWNER_PASSWORD
\getenv login_password MUTASI_LOGIN_PASSWORD
\getenv temporal_password TEMPORAL_DB_PASSWORD

-- What API and worker act as. The migrations grant it reading everywhere, and on the ledger nothing but adding.
CREATE ROLE mutasi_app NOLOGIN;
-- Owns the schema: migrations and imports. CREATEROLE because the first migration makes sure that mutasi_app exists.
CREATE ROLE mutasi_owner LOGIN CREATEROLE PASSWORD :'owner_password';
-- What DATABASE_URL logs in as: a member of mutasi_app and of nothing else.
CREATE ROLE mutasi_login LOGIN IN ROLE mutasi_app PASSWORD :'login_password';
CREATE DATABASE mutasi OWNER mutasi_owner;

-- Temporal makes its own two databases (service temporal-schema).
CREATE ROLE temporal LOGIN CREATEDB PASSWORD :'temporal_password';
