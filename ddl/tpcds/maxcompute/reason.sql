-- tpcds_target.reason, made of tpcds.reason (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: r_reason_id, r_reason_desc
-- RS0203 note: PRIMARY KEY (r_reason_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`reason` (
  `r_reason_sk` INT NOT NULL,
  `r_reason_id` VARCHAR(16) NOT NULL,
  `r_reason_desc` VARCHAR(100)
);
