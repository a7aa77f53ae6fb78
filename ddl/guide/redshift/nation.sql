CREATE TABLE public.nation (
  N_NationKey int,
  N_Name      varchar(64),
  N_RegionKey int,
  N_Comment   varchar(160),
  skip        varchar(64)
);
