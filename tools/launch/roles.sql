-- The two roles and their database, safe to run at every start; see docs/operations.md.
-- For psql, as superuser. An empty password sets none: such a server must trust nobody
-- but its private socket.
\set ON_ERROR_STOP on
\getenv owner_password OWNER_PASSWORD
\getenv runtime_password RUNTIME_PASSWORD
SET client_min_messages = warning;

SELECT format('CREATE ROLE %I LOGIN', name)
FROM unnest(ARRAY['edc_owner', 'edc_runtime']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name)
\gexec
ALTER ROLE edc_owner LOGIN NOSUPERUSER NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE edc_runtime LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB NOREPLICATION
    NOBYPASSRLS PASSWORD :'runtime_password';
ALTER ROLE edc_runtime RESET ALL;

-- Large objects belong to nobody's record: one that the runtime role made would stand
-- in the way of a dump by the owner. template1 hands this on to databases made later.
SELECT 'REVOKE EXECUTE ON FUNCTION ' || string_agg(oid::regprocedure::text, ', ')
    || ' FROM PUBLIC' AS keep_large_objects
FROM pg_proc WHERE pronamespace = 'pg_catalog'::regnamespace
AND proname ~ '^(lo_|loread$|lowrite$)'
\gset

\connect template1
:keep_large_objects;
\connect postgres
SELECT 'CREATE DATABASE edc OWNER edc_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'edc')
\gexec
REVOKE ALL ON DATABASE edc FROM PUBLIC, edc_runtime;
GRANT CONNECT ON DATABASE edc TO edc_runtime;

\connect edc
:keep_large_objects;
ALTER SCHEMA public OWNER TO edc_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO edc_runtime;
