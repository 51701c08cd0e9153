#!/bin/sh
# Runs once, when the database is made: the application's own login, which may do no more than the roles that serve.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$CASECOORD_DB_PASSWORD" -U "$POSTGRES_USER" -d "$POSTGRES_DB" <<'SQL'
create role casecoord_app nologin;
create role casecoord_reader nologin;
create role casecoord_surveyor nologin;
create role casecoord_sequencer nologin;
create role casecoord_login login password :'password';
grant casecoord_app, casecoord_reader, casecoord_surveyor, casecoord_sequencer to casecoord_login;
revoke all on database casecoord from public;
grant connect on database casecoord to casecoord_login;
SQL
