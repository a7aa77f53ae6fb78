-- tpcds_target.time_dim, made of tpcds.time_dim (direct load)
-- needs odps.sql.type.system.odps2=true
-- needs odps.sql.decimal.odps2=true
-- RS0104 note: CHAR is unloaded without its padding: t_time_id, t_am_pm, t_shift, t_sub_shift, t_meal_time
-- RS0203 note: PRIMARY KEY (t_time_sk) is not carried
CREATE TABLE IF NOT EXISTS `tpcds_target`.`time_dim` (
  `t_time_sk` INT NOT NULL,
  `t_time_id` VARCHAR(16) NOT NULL,
  `t_time` INT,
  `t_hour` INT,
  `t_minute` INT,
  `t_second` INT,
  `t_am_pm` VARCHAR(2),
  `t_shift` VARCHAR(20),
  `t_sub_shift` VARCHAR(20),
  `t_meal_time` VARCHAR(20)
);
