CREATE TABLE public.supplier (
  S_SuppKey   int,
  S_Name      varchar(64),
  S_Address   varchar(64),
  S_NationKey int,
  S_Phone     varchar(18),
  S_AcctBal   decimal(13,2),
  S_Comment   varchar(105),
  skip        varchar(64)
);
