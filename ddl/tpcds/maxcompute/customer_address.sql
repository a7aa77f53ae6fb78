-- tpcds_target.customer_address, made of tpcds.customer_address (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: ca_address_id, ca_street_number, ca_street_type, ca_suite_number, ca_state, ca_zip, ca_location_type
-- RS0105 note: trailing blanks begin to count in ca_street_name, ca_city, ca_county, ca_country
-- RS0203 note: PRIMARY KEY (ca_address_sk) is not carried
-- RS0204 note: DISTKEY(ca_address_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`customer_address` (
  `ca_address_sk` INT NOT NULL,
  `ca_address_id` VARCHAR(16) NOT NULL,
  `ca_street_number` VARCHAR(10),
  `ca_street_name` VARCHAR(60),
  `ca_street_type` VARCHAR(15),
  `ca_suite_number` VARCHAR(10),
  `ca_city` VARCHAR(60),
  `ca_county` VARCHAR(30),
  `ca_state` VARCHAR(2),
  `ca_zip` VARCHAR(10),
  `ca_country` VARCHAR(20),
  `ca_gmt_offset` DECIMAL(5,2),
  `ca_location_type` VARCHAR(20)
);
