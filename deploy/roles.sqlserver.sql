-- sqlcmd -v OwnerPassword=… AppPassword=… -i roles.sqlserver.sql   (as sysadmin; not run where this was written)
create database platform collate Vietnamese_100_CI_AS;
go
create login platform_owner_login with password = '$(OwnerPassword)';
create login platform_app_login with password = '$(AppPassword)';
go
use platform;
create user platform_owner for login platform_owner_login;
alter role db_owner add member platform_owner;
create user platform_app_user for login platform_app_login;
create role platform_app;
alter role platform_app add member platform_app_user;
go
