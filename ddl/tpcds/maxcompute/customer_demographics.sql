-- tpcds_target.customer_demographics, made of tpcds.customer_demographics (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: cd_gender, cd_marital_status, cd_education_status, cd_credit_rating
-- RS0203 note: PRIMARY KEY (cd_demo_sk) is not carried
-- RS0204 note: DISTKEY(cd_demo_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`customer_demographics` (
  `cd_demo_sk` INT NOT NULL,
  `cd_gender` VARCHAR(1),
  `cd_marital_status` VARCHAR(1),
  `cd_education_status` VARCHAR(20),
  `cd_purchase_estimate` INT,
  `cd_credit_rating` VARCHAR(10),
  `cd_dep_count` INT,
  `cd_dep_employed_count` INT,
  `cd_dep_college_count` INT
);
