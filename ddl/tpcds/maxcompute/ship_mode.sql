-- tpcds_target.ship_mode, made of tpcds.ship_mode (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: sm_ship_mode_id, sm_type, sm_code, sm_carrier, sm_contract
-- RS0203 note: PRIMARY KEY (sm_ship_mode_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`ship_mode` (
  `sm_ship_mode_sk` INT NOT NULL,
  `sm_ship_mode_id` VARCHAR(16) NOT NULL,
  `sm_type` VARCHAR(30),
  `sm_code` VARCHAR(10),
  `sm_carrier` VARCHAR(20),
  `sm_contract` VARCHAR(20)
);
