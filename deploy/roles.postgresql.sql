-- psql -v owner_password=… -v app_password=… -f roles.postgresql.sql   (as a superuser)
-- The owner migrates; the application serves and is bound by row-level security.
create role platform_owner login nosuperuser nocreatedb nocreaterole nobypassrls password :'owner_password';
create role platform_app login nosuperuser nocreatedb nocreaterole nobypassrls password :'app_password';
create database platform owner platform_owner;
revoke all on database platform from public;
grant connect on database platform to platform_app;
-- Many small questions on solid-state storage: rows are found by index, and compiling a statement costs more than running it.
alter role platform_app set random_page_cost = 1.1;
alter role platform_app set jit = off;
