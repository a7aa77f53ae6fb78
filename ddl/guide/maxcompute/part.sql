CREATE TABLE part (
  P_PartKey     INT,
  P_Name        VARCHAR(64),
  P_Mfgr        VARCHAR(64),
  P_Brand       VARCHAR(64),
  P_Type        VARCHAR(64),
  P_Size        INT,
  P_Container   VARCHAR(64),
  P_RetailPrice DECIMAL(13,2),
  P_Comment     VARCHAR(64),
  skip          VARCHAR(64)
);
