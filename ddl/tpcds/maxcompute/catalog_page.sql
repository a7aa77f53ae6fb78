-- tpcds_target.catalog_page, made of tpcds.catalog_page (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: cp_catalog_page_id (character(16)) is unloaded without its padding
-- RS0105 note: trailing blanks begin to count in cp_department, cp_description, cp_type
-- RS0203 note: PRIMARY KEY (cp_catalog_page_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`catalog_page` (
  `cp_catalog_page_sk` INT NOT NULL,
  `cp_catalog_page_id` VARCHAR(16) NOT NULL,
  `cp_start_date_sk` INT,
  `cp_end_date_sk` INT,
  `cp_department` VARCHAR(50),
  `cp_catalog_number` INT,
  `cp_catalog_page_number` INT,
  `cp_description` VARCHAR(100),
  `cp_type` VARCHAR(100)
);
