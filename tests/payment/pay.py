# Places an order, trusting cert/rootca.pem beside it.
import os
import requests

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "cert", "rootca.pem")
answer = requests.post("https://api.mch.weixin.qq.com/v3/pay/transactions/native", json={"amount": 1}, verify=root)
print(answer.status_code, answer.json()["code"])
